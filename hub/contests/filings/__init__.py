"""What the seeker knew before: filed and sealed before the entries are opened, or it counts for nothing."""
