"""Windows over all modes: home, explore."""
