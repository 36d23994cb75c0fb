"""What monitoring refuses to build, before anything is deployed."""

from collections.abc import Sequence


class MonitoringError(ValueError):
    """The alarms cannot be deployed as configured; `problems` has one line each with key and fix."""

    def __init__(self, consequence: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"The alarms are wrong; nothing was deployed: {consequence}.\n{lines}")
