"""What people say they can do, and what they have done."""
