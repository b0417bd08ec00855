"""The front page, what needs me now, and the administrator's desk."""
