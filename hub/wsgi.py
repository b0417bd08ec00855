"""The application as servers load it: one per web process."""

from hub.app import create_app

app = create_app()
