"""From interest to a closed deal."""
