"""The conservation audit: from the events alone, what must be in every database and on every topic."""
