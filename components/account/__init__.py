"""What an account and region has once, and its link to the monitor account."""
