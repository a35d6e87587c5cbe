"""The ways out: a mail server and an SMS gateway, each answering `Send` with `Handed`."""
