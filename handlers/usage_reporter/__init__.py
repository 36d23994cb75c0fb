"""Publishes, once a day, how much of its quota every plan and key of the API used the day before."""
