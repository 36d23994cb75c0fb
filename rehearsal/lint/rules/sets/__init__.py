"""Alarms beside each other, and what they cost."""
