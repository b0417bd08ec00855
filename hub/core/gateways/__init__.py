"""Payment processors: each call is written down before it is made, each notice is taken once."""
