"""A finished report -> terminal, HTML, pictures. Computes no figure."""
