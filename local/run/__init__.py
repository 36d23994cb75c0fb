"""One run: in which order, what traffic, what fault, what was found."""
