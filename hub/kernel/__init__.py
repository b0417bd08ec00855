"""Pure Python that every floor may use: no Flask, no database."""
