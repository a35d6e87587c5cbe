"""What is true and what is decided, as pure functions: no input, no output, no clock."""
