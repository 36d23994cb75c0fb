"""What people are shown of a run: checks, terminal, page."""
