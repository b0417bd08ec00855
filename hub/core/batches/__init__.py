"""Payouts on their way to the bank together: one file, each confirmed once."""
