"""The rules of intake: pure, without clock, randomness, network or database."""
