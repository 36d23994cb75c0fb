"""What the report does unless it is told otherwise."""

FALSE_POSITIVE_RATE = 0.01
MIN_CHANGE_MS = 1.0
SLOWEST = 10
