"""Engine, unit of work, journal, column types."""
