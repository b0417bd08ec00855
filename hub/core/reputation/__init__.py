"""Reputation: what the other side of finished deals says, what the facts say, and certificates of both."""
