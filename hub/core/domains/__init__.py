"""Organisations' domains: proven by a file on their website, a TXT record, or a mailbox that answers, and looked at again and again."""
