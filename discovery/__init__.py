"""What serves an API that others deployed, read from its account: `python -m monitoring discover`.

The only room besides `reports` that asks AWS. It reads, changes nothing, and says what it could not see.
"""
