"""What owners read of their money."""
