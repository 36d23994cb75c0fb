"""API Gateway: what happens around a call, and what is counted, logged and traced of it."""
