"""The service account's stack: everything that serves a prediction and reports on it."""
