"""Parties: a person or an organisation as one side of something."""
