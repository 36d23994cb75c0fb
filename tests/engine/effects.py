"""Whether a run of the engine did exactly what a row says, and left nothing to do."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from tests.engine.cloud import Fault
from tests.engine.engine import Stack, resource_of
from tests.engine.project import Project
from tests.engine.row import Effects
from tests.engine.stacks import BASE, THEIRS

Table = dict[str, set[str]]


def assert_effects(
    project: Project, name: str, *parts: Effects, faults: Sequence[Fault] = (), last: bool = True
) -> None:
    """An `up` of the stack has these effects together, which touch nothing in common, and no others; if it is
    the last one, nothing is left to do. What an earlier one left would be among the next one's effects.

    With `faults` the first runs fail of them, and what they did and what the next one does is all.
    """
    stack = project.stack(name)
    before, done = existing(stack), Table()
    left = project.cloud.faults = [*faults]
    while left:  # the engine stops at the first few
        before_it = list(left)
        failed = stack.up()
        met = [fault for fault in before_it if fault not in left]
        assert met
        assert all(fault.message in failed.error for fault in met)
        _add(done, short(failed.table))
    change = stack.up()
    assert change.error == "", change.error
    _add(done, short(change.table))
    wanted = Table()
    for part in (expanded(effects, before, existing(stack)) for effects in parts):
        assert _every(part).isdisjoint(_every(wanted))
        _add(wanted, part)
    strange = {effect: done.get(effect, set()) ^ wanted.get(effect, set()) for effect in {*done, *wanted}}
    assert {effect: sorted(names) for effect, names in strange.items() if names} == {}
    if last:
        assert stack.preview().steps == ()


def existing(stack: Stack) -> set[str]:
    """`Class name` of every resource in the stack's state, without the service's own name."""
    if not stack.state:
        return set()
    found = (resource_of(item["urn"]) for item in stack.state.get("resources", ()))
    return {_short(resource) for resource in found if resource}


def expanded(effects: Effects, before: set[str], after: set[str]) -> Table:
    """The effects with every `*` replaced by what there was, for what is created by what there is; a pattern
    that fits nothing is a mistake.
    """
    wanted = Table()
    for effect, patterns in effects.items():
        known = after if effect == "created" else before
        for pattern in patterns.split(", "):
            fits = {name for name in known if fnmatchcase(name, pattern)} if "*" in pattern else {pattern}
            assert fits, f"there is no {pattern}"
            wanted.setdefault(effect, set()).update(fits)
    return wanted


def short(table: Mapping[str, Iterable[str]]) -> Table:
    """The table without the service's name."""
    return {effect: {_short(resource) for resource in resources} for effect, resources in table.items()}


def _short(resource: str) -> str:
    kind, _, name = resource.partition(" ")
    own = next((base for base in (BASE, THEIRS) if name.startswith(f"{base}-")), "")
    return f"{kind} {name.removeprefix(f'{own}-')}"


def _add(table: Table, more: Table) -> None:
    for effect, resources in more.items():
        table.setdefault(effect, set()).update(resources)


def _every(table: Table) -> set[str]:
    return set().union(*table.values())
