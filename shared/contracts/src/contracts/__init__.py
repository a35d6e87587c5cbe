"""What the services say to each other: every event, its envelope and its topic."""
