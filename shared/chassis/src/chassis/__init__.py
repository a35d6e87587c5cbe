"""How a service starts: settings, logs, health, database, authentication, words."""
