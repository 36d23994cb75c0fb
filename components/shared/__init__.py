"""What the stacks of both accounts are made of, and the alarms for anyone's stack."""
