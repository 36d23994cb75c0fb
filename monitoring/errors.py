"""What monitoring refuses to build, before anything is deployed."""

from collections.abc import Sequence


class MonitoringError(ValueError):
    """Alarms or a dashboard cannot be deployed; `problems` has one line each with key and fix."""

    def __init__(self, consequence: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"The monitoring is wrong; nothing was deployed: {consequence}.\n{lines}")
