"""Money in, money held."""
