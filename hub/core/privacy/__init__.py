"""What people may have and take back: everything held of them in one file, and what they agreed to."""
