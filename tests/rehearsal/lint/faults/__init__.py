"""Seeded faults: a clean set of alarms, the same with one thing wrong, and the rule that has to say so."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.rehearsal.lint.builders import Entry

EVERY = ("describe-alarms", "template", "plan", "preview")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """`sources` are the kinds of file in which the fault can be written."""

    name: str
    clean: Sequence[Entry]
    faulty: Sequence[Entry]
    rule: str
    severity: str = "error"
    sources: Sequence[str] = EVERY


def of(
    name: str,
    clean: Entry | Sequence[Entry],
    faulty: Entry | Sequence[Entry],
    rule: str,
    severity: str = "error",
    *,
    sources: Sequence[str] = EVERY,
) -> Fault:
    """One fault; a single alarm needs no list."""
    return Fault(
        name=name,
        clean=clean if isinstance(clean, Sequence) else [clean],
        faulty=faulty if isinstance(faulty, Sequence) else [faulty],
        rule=rule,
        severity=severity,
        sources=sources,
    )
