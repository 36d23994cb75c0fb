"""The service {name}: what is its own; see docs/your-service.md."""
