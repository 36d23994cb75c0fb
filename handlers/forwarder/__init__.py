"""Tells a chat channel or a paging service what a topic says, in the shape that it takes."""
