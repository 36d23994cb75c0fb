"""What the canary sends and what must come back, of a service's folder or of a file that stands alone."""
