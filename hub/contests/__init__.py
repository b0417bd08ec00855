"""Prize challenges with sealed entries: challenges, entries, judging, awards."""
