"""The monitor account's stack: the canary, and what is watched from outside."""
