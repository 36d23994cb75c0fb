"""Other alarm sets, and how they compare with ours."""
