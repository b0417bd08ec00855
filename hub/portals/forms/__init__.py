"""The intake form of a portal, version by version."""
