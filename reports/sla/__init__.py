"""Whether the promise was kept, from evidence that can be checked."""
