"""A person leaves: what goes, what stays and why, and how it is done."""
