"""The technology market: needs and offers, licences and patents."""
