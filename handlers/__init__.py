"""What runs in Lambda. Each handler is a package of its own and imports nothing outside this folder."""
