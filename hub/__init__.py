"""Innovation Hub: contests, communities, marketplaces, microtasks and technical search on one shared core."""
