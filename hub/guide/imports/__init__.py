"""Records that others published, brought in: looked at first, then imported, each row accounted for."""
