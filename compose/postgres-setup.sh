#!/bin/bash
# For each service a database, a role that owns it (for migrations) and a role that may only read and write rows;
# nobody else may connect. What is there already stays, passwords become today's.
set -euo pipefail
. "$(dirname "$0")/secrets.sh"
refuse_guessed_secrets
export PGHOST=postgres PGUSER=postgres PGPASSWORD
PGPASSWORD=$(cat /run/secrets/postgres-superuser)

make_database() { # make_database SERVICE
  local name=${1//-/_}
  psql -q -v ON_ERROR_STOP=1 -v name="$name" -v owner="${name}_owner" \
    -v password="$(cat "/run/secrets/postgres-$1")" \
    -v owner_password="$(cat "/run/secrets/postgres-$1-owner")" -d postgres <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', role) FROM unnest(ARRAY[:'owner', :'name']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
ALTER ROLE :"owner" PASSWORD :'owner_password';
ALTER ROLE :"name" PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"name" TO :"name";
\connect :"name"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"name";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"name";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"name";
SQL
  printf 'database: %s\n' "$name"
}

psql -q -d postgres -c 'REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC'
for service in intake verification notification integration-support; do make_database "$service"; done
