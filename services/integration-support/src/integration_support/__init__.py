"""What happens after the move: the family's plan, its 25 referrals, working-day clocks."""
