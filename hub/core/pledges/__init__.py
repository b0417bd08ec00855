"""The backer's pages: pledging, one's pledges, taking one back."""
