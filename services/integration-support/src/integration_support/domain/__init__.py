"""What a family's plan is and how it goes on: pure rules, no input or output."""
