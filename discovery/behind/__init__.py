"""What is behind an API: its functions, and the tables and endpoints that these and the gateway use."""
