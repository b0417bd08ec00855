"""Awards: the choice, the words to everybody who entered, the signature and the payment."""
