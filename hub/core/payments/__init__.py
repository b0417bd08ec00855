"""Money in, money held, money out."""
