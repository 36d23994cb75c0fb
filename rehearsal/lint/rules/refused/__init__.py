"""What CloudWatch refuses, so that the alarm never exists."""
