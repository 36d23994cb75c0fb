"""The model of {name}: training, and how it predicts."""
