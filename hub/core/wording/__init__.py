"""The words of agreements: the clause catalogue, and how choices become a text in two languages."""
