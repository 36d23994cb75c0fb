"""A clock that moves when told."""


class Clock:
    """Call it for the time; `sleep` moves it and remembers how far."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
