"""The catalogue of lab services."""
