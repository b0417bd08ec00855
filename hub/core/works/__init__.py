"""What somebody has published, read from files that others wrote."""
