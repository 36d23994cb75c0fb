"""What is wrong with a set of alarms, without any scenario."""
