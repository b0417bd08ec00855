"""Tasks handed out under a lease, and their answers."""
