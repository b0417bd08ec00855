"""Organisations' domains: proven by a file on their website, or by a mailbox that answers, and looked at again and again."""
