"""Money set aside for a subject: released to one or to several, or returned; never more than was paid in."""
