"""The catalogue of what AWS publishes to CloudWatch, by namespace: metrics with their dimension sets, units,
statistics, intervals and reach. A namespace is read when it is first asked for.

    metric("AWS/Lambda", "Errors")    # Metric, or None: if `known`, AWS publishes nothing under this name
    known("AWS/Lambda")               # every metric of it is listed; else a missing name proves nothing
    nearest("AWS/Lambda", "errors")   # ["Errors"]: what was probably meant

It deliberately judges nothing: rules do, and where the catalogue says None or empty, they stay silent.
`python -m rehearsal.lint.published renew` renews the generated part (see `renew`). The curated part names,
file by file, the page of AWS's documentation and the day on which it was read.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from itertools import takewhile

from rehearsal.lint.published import files
from rehearsal.lint.published.facts import Form, Keys, Metric, Namespace, When, Worse

__all__ = [
    "Form",
    "Keys",
    "Metric",
    "Namespace",
    "When",
    "Worse",
    "known",
    "metric",
    "misspelt",
    "misspelt_namespace",
    "namespace",
    "namespaces",
    "nearest",
    "nearest_namespace",
]
LONG = 10  # letters with AWS/; VPC and VPN, ECR and EMR are other services


@cache
def namespaces() -> frozenset[str]:
    """Every namespace of which anything is known."""
    return frozenset({*files.namespaces(), *files.listed()})


@cache
def namespace(name: str) -> Namespace | None:
    """All that is known of a namespace, in its exact spelling; None: nothing."""
    curated, listed = files.curated(name), files.listed().get(name)
    if curated is not None:
        return replace(curated, metrics={**(listed or {}), **curated.metrics})
    if listed is None:
        return None
    return Namespace(name, listed, whole=False, also="", forms={}, source="", checked="")


def known(name: str) -> bool:
    """Whether every metric of the namespace is listed, so that one that is not does not exist."""
    found = namespace(name)
    return found is not None and found.whole


def metric(name: str, metric_name: str) -> Metric | None:
    """The metric by its exact names (CloudWatch heeds case); None: not in the catalogue."""
    found = namespace(name)
    if found is None or metric_name in found.metrics:
        return None if found is None else found.metrics[metric_name]
    return Metric(name, metric_name) if found.also and re.fullmatch(found.also, metric_name) else None


def nearest(name: str, metric_name: str) -> list[str]:
    """Up to three metrics of the namespace that may have been meant, the likeliest first."""
    found = namespace(name)
    return [] if found is None else _close(metric_name, found.metrics)


def misspelt(name: str, metric_name: str) -> str | None:
    """The metric of which this name is a misspelling: two letters are exchanged, or within a word one is
    wrong, missing or too many. No two metrics of a service differ by so little, so that it is certain even
    where not every metric of the namespace is listed. None: it is something else."""
    return next((one for one in nearest(name, metric_name) if _is_slip(metric_name, one)), None)


def misspelt_namespace(name: str) -> str | None:
    """The same for a namespace; in a long one the letter may be anywhere. None: it may be a new one."""
    near = nearest_namespace(name)
    return next((one for one in near if _is_slip(name, one, anywhere=len(one) >= LONG)), None)


def nearest_namespace(name: str) -> list[str]:
    """Up to three namespaces that may have been meant, the likeliest first."""
    return _close(name, namespaces())


def _is_slip(wrong: str, right: str, *, anywhere: bool = False) -> bool:
    start = _shared(wrong, right)
    end = _shared(wrong[start:][::-1], right[start:][::-1])
    was, meant = wrong[start : len(wrong) - end], right[start : len(right) - end]
    if len(was) == 2 and was == meant[::-1]:  # noqa: PLR2004  # two letters are exchanged
        return True
    within_word = right[start - 1 : start].islower() and right[len(right) - end :][:1].islower()
    return (anywhere or within_word) and (was + meant).islower() and max(len(was), len(meant)) == 1


def _shared(one: str, other: str) -> int:
    """How many letters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _close(wanted: str, names: Iterable[str]) -> list[str]:
    """Names close to the one wanted; those that differ in case alone come first."""
    folded: dict[str, list[str]] = {}
    for one in sorted(names):
        folded.setdefault(one.casefold(), []).append(one)
    close = difflib.get_close_matches(wanted.casefold(), folded, n=3, cutoff=0.75)
    return [one for key in close for one in folded[key] if one != wanted][:3]
