"""The one place for HTTP."""
