"""A run in words, the same in the terminal and in the report."""

import re
from typing import NamedTuple

from local.summary import FleetSummary, Page, Summary

LABELLED = re.compile(r" (?=(?:Dashboard|Runbook|First look|What to do): )")


class Described(NamedTuple):
    """An alarm's description in parts: what it `says`, where it sends people (name, address), the steps."""

    says: str
    links: tuple[tuple[str, str], ...]
    steps: tuple[str, ...]


def described(description: str) -> Described:
    """The parts of a description as `monitoring` writes it; any other text is all that it says."""
    says, *rest = LABELLED.split(description)
    labelled = [tuple(part.split(": ", 1)) for part in rest]
    links = tuple((name, to) for name, to in labelled if to.startswith("https://"))
    steps = tuple(": ".join(part) for part in labelled if part not in links)
    return Described(says=says, links=links, steps=steps)


def verdict(found: Summary) -> str:
    """The run in a sentence or two; with a fault whether the SLO was kept comes first."""
    if found.fault:
        does = "shows" if found.fault.as_expected else "does not show"
        rest = "" if found.held or not found.fault.as_expected else " Other things did not hold."
        return f"{_slo(found)} The fault {found.fault.name} {does} as it should.{rest}"
    failed = sum(not check.held for check in found.checks)
    return "Everything held." if found.held else f"{failed} of {len(found.checks)} things did not hold."


def fleet_verdict(found: FleetSummary) -> str:
    """The run of several services in a sentence."""
    amiss = [name for name, each in found.services.items() if not (each.held and each.slo_kept)]
    if not amiss:
        return f"Everything held for all {len(found.services)} services."
    return f"Not everything held for {', '.join(amiss)}."


def _slo(found: Summary) -> str:
    if found.slo_kept:
        return "The SLO was kept."
    got = "-" if found.availability_pct is None else f"{found.availability_pct:.7g} %"
    p90 = "-" if found.p90_ms is None else f"{found.p90_ms:.0f} ms"
    return f"The SLO was not kept: {got} of the answers were right, the p90 was {p90}."


def outcome(page: Page, prefix: str = "") -> str:
    """What became of a page; names of ours without their `prefix`."""
    if page.muted_by:
        return f"muted by {page.muted_by.removeprefix(prefix)}"
    what = "due after the run's end" if page.pending else "sent"
    return (
        f"{what} to {', '.join(page.to)}"
        if page.to
        else f"{what}; nobody is subscribed to {page.topic.removeprefix(prefix)}"
    )
