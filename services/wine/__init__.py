"""The wine service: the cultivar of a lot from its reference analysis and fresh measurements."""
