"""The audit log: the journal read by people, and its hash chain checked."""
