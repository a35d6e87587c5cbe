#!/bin/bash
# Makes users, topics and rights as access.txt has them; what is there already stays, passwords and days become
# today's.
# Speaks to the broker's own loopback, where whoever is inside its container is the administrator.
set -euo pipefail
cd "$(dirname "$0")"
. ./secrets.sh
refuse_guessed_secrets
export KAFKA_HEAP_OPTS="-Xmx96m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
: "${PARTITIONS:=6}" "${REPLICATION:=1}" "${IN_SYNC:=1}" "${TOPIC_DAYS:=7}"

kafka() { "/opt/kafka/bin/kafka-$1.sh" --bootstrap-server localhost:9094 "${@:2}" >/dev/null; }

granted() { # granted USER VERB: the options --topic … of this user's lines
  awk -v user="$1" -v verb="$2" '$1 == user && $2 == verb { print "--topic", $3 }' access.txt
}

wait_for_brokers() {
  until "/opt/kafka/bin/kafka-broker-api-versions.sh" --bootstrap-server localhost:9094 2>/dev/null |
    awk '/\(id: / { found++ } END { exit found < '"$REPLICATION"' }'; do sleep 1; done
}

make_user() {
  kafka configs --alter --entity-type users --entity-name "$1" \
    --add-config "SCRAM-SHA-512=[password=$(cat "/run/secrets/kafka-$1")]"
}

make_topic() { # one that is there gets today's days
  local kept="retention.ms=$((TOPIC_DAYS * 86400000))"
  kafka topics --create --topic "$1" --partitions "$PARTITIONS" --replication-factor "$REPLICATION" \
    --config "$kept" --config "min.insync.replicas=$IN_SYNC" 2>/dev/null ||
    kafka configs --alter --entity-type topics --entity-name "$1" --add-config "$kept"
}

allow_reading() { # the consumer group of a service is named after it
  # shellcheck disable=SC2046
  kafka acls --add --allow-principal "User:$1" --operation Read $(granted "$1" reads) --group "$1"
}

allow_writing() {
  # shellcheck disable=SC2046
  kafka acls --add --allow-principal "User:$1" --operation Write $(granted "$1" writes)
}

allow_watching() { # how far each service has come, for the audit
  kafka acls --add --allow-principal "User:$1" --operation Describe --group '*'
}

step() { # step WHAT NAME…: two at a time, for each is a Java program of its own
  printf '%s: %s\n' "$1" "${*:2}"
  printf '%s\n' "${@:2}" | xargs -P 2 -I{} bash -c "$1 {}"
}

export -f kafka granted make_user make_topic allow_reading allow_writing allow_watching
export PARTITIONS REPLICATION IN_SYNC TOPIC_DAYS
table() { awk -v verb="$1" -v column="$2" '!/^#/ && $2 ~ verb { print $column }' access.txt | sort -u; }

wait_for_brokers
# shellcheck disable=SC2046
{
  step make_user $(table . 1)
  step make_topic $(table . 3)
  step allow_reading $(table reads 1)
  step allow_writing $(table writes 1)
  step allow_watching console
}
