"""Entries: the project room, drafts, seals, receipts, and the log of who looked."""
