"""Work packages: claimed, submitted, reviewed, merged."""
