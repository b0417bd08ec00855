"""A challenge from its first draft to its end: what is asked, by when, for how much, on which terms."""
