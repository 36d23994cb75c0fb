"""Composite alarms and suppressors."""
