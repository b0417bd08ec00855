"""The search index: what is marked, who writes it, what can be asked."""
