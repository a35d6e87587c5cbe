"""Accidents on purpose: whatever is done to the system, nothing may be lost, doubled or out of order."""
