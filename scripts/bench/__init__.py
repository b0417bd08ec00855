"""`make bench`: figures as ratios to a bare baseline measured in the same run."""
