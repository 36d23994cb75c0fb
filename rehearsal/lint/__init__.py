"""What is wrong with alarms, whatever made them, without any scenario: rules over what a file describes."""
