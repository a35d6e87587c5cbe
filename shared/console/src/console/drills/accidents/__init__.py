"""The accidents: each harms a running stack for a while and mends what it broke."""
