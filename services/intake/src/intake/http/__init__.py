"""Intake over HTTP: what a citizen and an officer may say and ask; `docs/intake-http.md` has every shape."""
