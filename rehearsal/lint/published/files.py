"""Reads the catalogue's files: `curated/` (by hand from AWS's documentation, one namespace a file),
`generated.json` (from a package of AWS's, made by `renew`) and `names.json` (names alone, of namespaces
that few alarm on). What is curated wins.

A curated file:

    namespace: AWS/SQS
    source: https://docs.aws.amazon.com/...
    checked: 2026-11-27           # the day the source was read
    whole: true                   # every metric is listed; a name that is not here does not exist
    also: "Prefix.*"              # but for families of names, if there are any
    period_s: 60                  # for every metric that does not say otherwise; so may be any key of a row
    home: us-east-1               # if all of it lives in one region; or {name of a group of sets: region}
    sets:                         # named groups of dimension sets; keys are joined by "+", "" is no dimension
      queue: [QueueName]
    forms:
      QueueName: {pattern: "[A-Za-z0-9_-]{1,80}(\\\\.fifo)?", says: "the queue's name, not its ARN or URL"}
    metrics:                      # metrics of equal facts share a row; its keys are those of `facts.Metric`
      - {names: [NumberOfMessagesSent], sets: queue, unit: Count}
"""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pydantic
import yaml

from rehearsal.errors import RehearsalError
from rehearsal.lint.published.facts import Form, Keys, Metric, Namespace, When, Worse

HERE = Path(__file__).parent
CURATED = HERE / "curated"
GENERATED = HERE / "generated.json"
NAMES = HERE / "names.json"
# The same reader in C where PyYAML was built with it: a lint of many namespaces reads many files.
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class _Facts(_Strict):
    unit: str | list[str] = []
    statistics: list[str] | None = None
    percentiles: bool | None = None
    period_s: int | None = None
    finest_s: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    when: When | None = None
    worse: Worse | None = None
    needs: str = ""
    replaced_by: str = ""
    source: str = ""


class _Row(_Facts):
    names: list[str]
    sets: str | list[str] = []  # names of groups; none: the sets are not known
    keys: list[str] = []  # instead of sets, where only the keys are known


class _Form(_Strict):
    pattern: str
    says: str


class _File(_Facts):
    namespace: str
    checked: str
    whole: bool
    also: str = ""
    home: str | dict[str, str] = {}
    sets: dict[str, list[str]] = {}
    forms: dict[str, _Form] = {}
    metrics: list[_Row]


@cache
def namespaces() -> dict[str, Path]:
    """The curated namespaces, by name."""
    return {path.stem.replace("_", "/"): path for path in sorted(CURATED.glob("*.yaml"))}


@cache
def curated(name: str) -> Namespace | None:
    """A namespace from its file; None where it has none. RehearsalError: the file is wrong, and where."""
    path = namespaces().get(name)
    if path is None:
        return None
    try:
        file = _File.model_validate(yaml.load(path.read_text("utf-8"), Loader=_LOADER))  # noqa: S506  # a SafeLoader
        metrics = _by_name(file, name)
    except (ValueError, yaml.YAMLError) as error:
        raise RehearsalError(
            f"{path.name}: {_explained(error)}; nothing was judged. Mend the catalogue's file."
        ) from error
    forms = {key: Form(form.pattern, form.says) for key, form in file.forms.items()}
    return Namespace(name, metrics, file.whole, file.also, forms, file.source, file.checked)


def _explained(error: Exception) -> str:
    """In one line, with the place in the file."""
    if isinstance(error, pydantic.ValidationError):
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return " ".join(str(error).split())


@cache
def listed() -> dict[str, dict[str, Metric]]:
    """Metrics of which the name is known and at most some sets, from `names.json` and `generated.json`."""
    found: dict[str, dict[str, Metric]] = {}
    for path in (NAMES, GENERATED):
        data = json.loads(path.read_text("utf-8"))
        for namespace, metrics in data["namespaces"].items():
            sets = metrics if isinstance(metrics, dict) else {name: [] for name in metrics}
            found.setdefault(namespace, {}).update(
                (name, Metric(namespace, name, dimension_sets=_sets(texts), source=data["source"]))
                for name, texts in sets.items()
            )
    return found


def _sets(texts: Iterable[str]) -> frozenset[Keys]:
    return frozenset(parse(text) for text in texts)


def parse(text: str) -> Keys:
    """`A+B` -> {A, B}; the empty text is the set without dimensions."""
    return frozenset(text.split("+")) if text else frozenset()


def _by_name(file: _File, name: str) -> dict[str, Metric]:
    if file.namespace != name:
        raise ValueError(f"namespace is {file.namespace}, the file's name says {name}")
    found: dict[str, Metric] = {}
    for metric in _metrics(file):
        if metric.name in found:
            raise ValueError(f"{metric.name} stands there twice")
        found[metric.name] = metric
    return found


def _metrics(file: _File) -> Iterator[Metric]:
    """Each metric of a file with its row's facts over the file's own."""
    groups = {group: _sets(texts) for group, texts in file.sets.items()}
    shared = {field: getattr(file, field) for field in _Facts.model_fields}
    for row in file.metrics:
        names = [row.sets] if isinstance(row.sets, str) else row.sets
        if missing := set(names) - groups.keys():
            raise ValueError(f"{row.names[0]}: no group of sets is named {min(missing)}")
        sets = {one: name for name in names for one in groups[name]}
        facts = shared | {
            field: getattr(row, field) for field in _Facts.model_fields if field in row.model_fields_set
        }
        unit = facts.pop("unit")
        facts["units"] = frozenset([unit] if isinstance(unit, str) else unit)
        facts["finest_s"] = facts["finest_s"] or facts["period_s"]
        facts["statistics"] = None if facts["statistics"] is None else frozenset(facts["statistics"])
        home = dict.fromkeys(file.sets, file.home) if isinstance(file.home, str) else file.home
        for name in row.names:
            yield Metric(
                file.namespace,
                name,
                dimension_sets=frozenset(sets),
                sets_known=bool(sets),
                dimension_keys=frozenset().union(row.keys, *sets),
                home={one: home[group] for one, group in sets.items() if group in home},
                **facts,
            )
