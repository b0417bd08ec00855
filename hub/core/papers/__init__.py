"""Papers of money: invoices, receipts, credit notes, payout statements, monthly statements; numbered without gaps, never changed."""
