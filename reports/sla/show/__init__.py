"""Figures -> pages: HTML for a manager and an engineer, Markdown, JSON."""
