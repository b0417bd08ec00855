"""The shop window: finding, installing and rating what others built on a platform."""
