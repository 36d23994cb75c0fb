"""What missing data does to an alarm, and who notices."""
