"""Paid products: prices, the platform's bands, purchases and what is given back."""
