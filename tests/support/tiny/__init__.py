"""The smallest whole service, for tests of how a service starts, serves and stops."""
