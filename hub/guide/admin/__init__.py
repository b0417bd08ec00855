"""The administrators' desk: what waits, and the engine room."""
