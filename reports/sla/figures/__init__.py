"""Evidence -> figures: SQL for the sums, exact arithmetic for shares, confidence and verdict."""
