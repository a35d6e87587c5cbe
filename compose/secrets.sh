# shellcheck shell=bash
# Sourced by the set-ups: ends them with the name of each secret that is empty or that anybody guesses.

refuse_guessed_secrets() { # the same words as chassis.settings refuses
  local file guessed=0
  for file in /run/secrets/*; do
    case "$(tr '[:upper:]' '[:lower:]' <"$file" | tr -d '[:space:]')" in
      "" | password | changeme | change-me | secret | postgres | kafka | admin | qonys)
        printf 'secrets/%s: is empty or a default that anybody guesses; delete it, then: qonys secrets init\n' \
          "${file##*/}" >&2
        guessed=1
        ;;
    esac
  done
  return "$guessed"
}
