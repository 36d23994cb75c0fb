"""What a rule is, and what it finds. A rule is one module; its docstring is its page of the documentation."""

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Literal, get_args

from rehearsal.lint.alarms import AlarmSet, AnyAlarm

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # the gravest first


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is wrong with one alarm, or with the whole set (`alarm` None).

    `key` is the place in the alarm's entry, as CloudWatch's API names it. `problem` is what is there,
    `consequence` what comes of it for people, `fix` what to write instead. `severity` is the rule's unless
    this finding is less certain.
    """

    alarm: AnyAlarm | None
    key: str
    problem: str
    consequence: str
    fix: str
    severity: Severity | None = None


Check = Callable[[AlarmSet], Iterable[Finding]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule: `meaning` is one sentence, `page` is Markdown, `theme` is the folder it is in.

    `error` is for what is wrong for certain: AWS refuses it, or it never fires, always fires, watches
    nothing. `warning` is for what is very probably not meant, `info` for what is worth knowing.
    """

    id: str
    theme: str
    severity: Severity
    meaning: str
    page: str
    check: Check


def of_module(module: ModuleType) -> Rule:
    """The rule of a module: its name is the id, its docstring the page, `SEVERITY` and `check` the rest."""
    theme, name = module.__name__.split(".")[-2:]
    meaning, _, page = (module.__doc__ or "").strip().partition("\n\n")
    severity: Severity = module.SEVERITY
    check: Check = module.check
    return Rule(
        id=name.replace("_", "-"),
        theme=theme,
        severity=severity,
        meaning=" ".join(meaning.split()),
        page=textwrap.dedent(page).strip(),
        check=check,
    )
