"""Two alarm sets side by side."""
