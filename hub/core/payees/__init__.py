"""Accounts at the payment processor of those who are paid through it."""
