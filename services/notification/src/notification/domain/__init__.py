"""What people are told and what becomes of it: pure rules, no input or output."""
