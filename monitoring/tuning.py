"""Refuses tuning of alarms that do not exist."""

import difflib
from collections.abc import Iterable

from monitoring.errors import MonitoringError
from monitoring.kpi import COMPONENTS
from settings.alarms import AlarmsTuning


def check(tuning: AlarmsTuning, keys: Iterable[str]) -> None:
    """Raise `MonitoringError` listing every component and alarm key that does not exist, with near matches.

    `keys` are the keys of all alarms of both stacks, whether switched off or not.
    """
    known = sorted(set(keys))
    problems = [
        f"alarms.components.{name}: there is no such component. {near(name, COMPONENTS)}"
        for name in tuning.components
        if name not in COMPONENTS
    ]
    problems += [
        f"alarms.each.{key}: there is no such alarm in this stack. {near(key, known)}"
        for key in tuning.each
        if key not in known
    ]
    if problems:
        raise MonitoringError("the tuning of the alarms would have had no effect", problems)


def near(word: str, known: Iterable[str]) -> str:
    """What somebody may have meant by a key that does not exist."""
    matches = difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
    if matches:
        return f"Did you mean {' or '.join(f'`{match}`' for match in matches)}?"
    return "The keys are listed in docs/alarms.md."
