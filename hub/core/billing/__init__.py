"""What stands on papers of money: names, addresses, tax numbers, the treatment of tax."""
