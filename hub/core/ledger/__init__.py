"""The books: accounts, transactions that add up to zero, postings that never change."""
