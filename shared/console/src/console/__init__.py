"""The `qonys` command that people type, and the embedded Postgres and broker behind it."""
