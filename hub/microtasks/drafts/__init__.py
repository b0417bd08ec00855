"""From the draft of a task project to its start. Pages over the projects' operations."""
