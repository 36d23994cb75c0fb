"""Where alarms come from: a stack's own catalogue or files that others made."""
