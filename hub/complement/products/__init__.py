"""Products, releases, entitlements and ratings."""
