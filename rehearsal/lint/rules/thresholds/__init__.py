"""Thresholds that are never reached, or always."""
