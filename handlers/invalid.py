"""What a generated validator raises: where a value is not what a schema wants, and what it wants.

Neither part repeats anything of the value, so that both are safe to log, to trace and to answer.
"""


class InvalidError(ValueError):
    """`place` is dotted, with `*` for a key that the value brought along; empty for the value itself."""

    def __init__(self, place: str, wanted: str) -> None:
        super().__init__(f"{place}: {wanted}" if place else wanted)
        self.place = place
        self.wanted = wanted
