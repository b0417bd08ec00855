"""From one mode to another."""
