"""Lab services and instruments: quotes, orders, bookings."""
