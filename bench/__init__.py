"""What it costs in time and memory, side by side with the usual ways."""
