"""Who takes part in a rally, and their votes: given, taken back, and counted once for each person."""
