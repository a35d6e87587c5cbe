"""All SQL of intake: `cases` for the decider, `reading` for those who look."""
