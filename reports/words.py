"""Words that the reports share."""


def counted(count: int, thing: str) -> str:
    """`1 probe`, `2,000 probes`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
