"""Money by card: paid in through the processor's hosted page, refunded to the card, disputed by the cardholder."""
