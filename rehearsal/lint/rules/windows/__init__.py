"""Periods and windows in which there is no data, or that AWS refuses."""
