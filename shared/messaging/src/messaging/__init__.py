"""How a message arrives and what follows from it: inbox, state, outbox, due calls, parking."""
