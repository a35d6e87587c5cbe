"""What people were told: messages, receipts, contact tasks of career centres."""
