"""Orders of lab services: money held, results delivered, accepted, paid."""
