"""Statistics that say something else than is meant."""
