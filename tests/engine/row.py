"""One row of the change table, and the ways in which people change a deployed pair."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.engine.cloud import Fault, Thing
from tests.engine.project import Project
from tests.engine.stacks import ACCOUNTS, REGION, SERVICE, SINK

Edit = Callable[[Project], None]
Effects = Mapping[str, str]
DASHBOARD = "Dashboard dashboard-dashboard"
DASHBOARDS = f"{DASHBOARD}, Dashboard overview-dashboard"  # of the monitor stack: the service's, and over all
INFERENCE = "Function inference-function, Alias inference-alias"  # a published version, and moved to it


class Step(NamedTuple):
    """What people do, its effects, and those of the monitor stack's next `up`.

    With a `fault` the update fails of it first, and the effects are those until the next one is done.
    """

    do: Edit
    effects: Effects
    then: Effects | None = None
    fault: Fault | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """`what` people do, and its effect on the `stack`; `then` is what the monitor stack's next `up` does.

    A resource is `Class name`, the name without the service's own; `*` stands for every resource there was
    that fits, or is where it is created, so that a row is exact and yet short. What is not named is not
    touched.

    `calls` are those that reach the provider for the classes that it names, in order: what is there
    meanwhile, and what stays. `more` is what people do next and its effects, `back` what happens when the
    settings become the old ones again in the end. `fault` is a `Step`'s.

    Rows of the same `aside` touch nothing in common and are carried out in one update of the service stack.
    """

    what: str
    do: Edit
    effects: Effects
    then: Effects | None = None
    more: Sequence[Step] = ()
    back: Effects | None = None
    calls: Sequence[str] = ()
    stack: str = "dev"
    aside: str = ""
    fault: Fault | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """All that people do, in order."""
        return Step(self.do, self.effects, self.then, self.fault), *self.more


def settings(stack: str = "dev", **changes: Any) -> Edit:
    """Settings of a stack, as `Project.set` takes them."""
    return lambda project: project.set(stack, changes)


def source(path: str, old: str, new: str) -> Edit:
    """A text in a source file."""
    return lambda project: project.edit(path, old, new)


def both(*edits: Edit) -> Edit:
    """Several changes in one update."""

    def all_of_them(project: Project) -> None:
        for edit in edits:
            edit(project)

    return all_of_them


def plans(**changes: Mapping[str, Any] | None) -> Edit:
    """The usage plans with some changed by name, removed (None) or added."""
    wanted = {plan["name"]: plan for plan in SERVICE["usage_plans"]}
    for name, change in changes.items():
        wanted[name] = {**wanted.get(name, {"name": name}), **change} if change is not None else None
    return settings(usage_plans=[plan for plan in wanted.values() if plan])


def secret(name: str, value: str) -> Edit:
    """A secret of the canary, set as people set it."""

    def set_secret(project: Project) -> None:
        key = f"inference-watch:canary.secrets.{name}"
        done = project.cli("config", "set", "-s", "dev-monitor", "--secret", "--path", key, value)
        assert done.returncode == 0, done.stderr

    return set_secret


def let_in(project: Project) -> None:
    """The monitor account's sink takes links of the service account, as its bootstrap stack says."""
    inputs = {"sinkIdentifier": SINK, "policy": f"arn:aws:iam::{ACCOUNTS['service']}:root"}
    project.cloud.put(
        Thing(
            account=ACCOUNTS["monitor"],
            region=REGION,
            type="aws:oam/sinkPolicy:SinkPolicy",
            name="observability-policy",
            id=SINK,
            inputs=inputs,
        )
    )


def layer(project: Project) -> None:
    """Another file in the SDK layer, as another pinned SDK would bring."""
    for path in (project.own_sources() / "build" / "packages").glob("layer-*.zip"):
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("python/another.py", "")
