"""Lab instruments and who has booked them when."""
