"""All SQL of notification: `cases` for the decider, `letters` for the channels, `reading` for people."""
