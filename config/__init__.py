"""Stack YAML -> `Settings`.

The only folder that touches `pulumi.Config`. Whatever is wrong is reported at once and before any resource
is made; nothing here has a default that differs from the one `Pulumi.yaml` declares.
"""

import json
import logging
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

import monitoring
from config import stack_files
from config.contradictions import contradictions, pipeline_contradictions
from config.existing import existing_contradictions
from config.maintenance import without_past_work
from config.messages import explain
from config.stack_files import ConfigError
from config.values import is_encrypted, known, typed
from monitoring.catalogue import own
from monitoring.watched import Watched
from settings import SERVED, Settings, service
from settings.kpis import OwnKpi
from settings.places import ROOT, STACKS
from settings.probes import file as probes
from settings.probes.exported import signed_calls
from settings.service import NoServiceError, ServiceError, probing

__all__ = [
    "PROJECT",
    "ROOT",
    "STACKS",
    "ConfigError",
    "load",
    "load_as",
    "parse",
    "parse_as",
    "probes_of",
    "read_stack",
    "without_secrets",
]

ALARM_KEY = re.compile(r"[a-z0-9-]+: ")
PROJECT = "inference-watch"
WRONG = "The stack configuration is wrong; nothing was deployed."
PLAIN = (
    "Secrets are in plain text, and whoever reads the stack's file reads them; nothing was deployed.\n{}\n"
    "Change them where they are used, then set them anew: pulumi config set --secret --path"
    " 'inference-watch:canary.secrets.NAME'"
)
Tree = TypeVar("Tree", bound=BaseModel)


def parse(raw: Mapping[str, Any], secret: Collection[str] = ()) -> Settings:
    """Build `Settings` from the keys of one stack, without the project prefix.

    Values are what YAML holds, or the text that the Pulumi CLI makes of it; those of the keys in `secret` are
    never shown. Raises `ConfigError` listing every wrong key at once, also for limits that contradict each
    other and for alarms that CloudWatch would refuse.
    """
    settings = without_past_work(parse_as(Settings, PROJECT, _with_time_budget(typed(Settings, raw)), secret))
    problems = [f"{PROJECT}:{problem}" for problem in contradictions(settings)]
    if settings.role in SERVED:
        problems += _of_what_is_watched(settings)
    if problems:
        raise ConfigError("\n".join([WRONG, *(f"  - {problem}" for problem in problems)]))
    return settings


def _of_what_is_watched(settings: Settings) -> list[str]:
    """What is wrong with the service, else what CloudWatch would refuse of its alarms."""
    try:
        watched = Watched.of(settings)
    except NoServiceError as error:
        return [f"{PROJECT}:service: {error}"]
    except ServiceError as error:
        return error.problems
    if settings.role == "service":
        problems = list(pipeline_contradictions(settings))
    else:
        problems = [*existing_contradictions(settings), *_of_the_probes(settings)]
    try:
        monitoring.stacks(watched)
    except monitoring.MonitoringError as error:
        problems += [_place(problem, settings.kpis) for problem in error.problems]
    return [f"{PROJECT}:{problem}" for problem in problems]


def probes_of(settings: Settings) -> str:
    """What a stack that is right exports of its probes. Raises `ServiceError`."""
    if settings.role == "watch":
        return probes.read(STACKS / settings.probes).exported()
    return probing.exported(settings.chosen)


def _of_the_probes(settings: Settings) -> list[str]:
    """What is wrong with the file that `probes` names."""
    try:
        text = probes_of(settings) if settings.probes else "[]"
    except ServiceError as error:
        return [f"probes: {problem}" for problem in error.problems]
    if settings.existing.api is None and signed_calls(text):
        return [
            "existing.api: a probe signs its call (`iam`), which is allowed for one API by its id; none is"
            " given; it would be refused. Name the API, or authorize the probe otherwise."
        ]
    return []


def _with_time_budget(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The keys with the service's own time budget where the stack sets none."""
    inference, name = raw.get("inference", {}), raw.get("service", Settings.model_fields["service"].default)
    if raw.get("role") != "service" or not isinstance(inference, Mapping) or "time_budget_ms" in inference:
        return raw
    try:
        stated = service.load(str(name)).definition.time_budget_ms
    except ServiceError:  # told with all that is wrong
        return raw
    return raw if stated is None else {**raw, "inference": {**inference, "time_budget_ms": stated}}


def _place(problem: str, kpis: Mapping[str, OwnKpi]) -> str:
    """The section in which what is wrong with the monitoring is mended, before what is wrong."""
    if problem.startswith(("alarms.", "kpis")):
        return problem
    alarm = problem.partition(": ")[0]
    if key := next((key for key, kpi in kpis.items() if alarm in own.alarms(key, kpi)), None):
        return f"kpis.{key}: {problem}"
    if problem.startswith("slo-burn-"):
        return f"slo: {problem}"
    return f"alarms.each.{problem}" if ALARM_KEY.match(problem) else f"alarms: {problem}"


def parse_as(tree: type[Tree], project: str, raw: Mapping[str, Any], secret: Collection[str] = ()) -> Tree:
    """Build another project's settings likewise; only their own models judge them."""
    try:
        return tree.model_validate_json(json.dumps(typed(tree, raw)))
    except ValidationError as error:
        errors = error.errors(include_url=False)
        told = [e for e in errors if not (e["type"] == "too_short" and e["input"])]  # its items are wrong
        lines = [line for e in told for line in explain(tree, project, e, secret)]
        raise ConfigError("\n".join([WRONG, *(f"  - {line}" for line in lines)])) from None


def load() -> Settings:
    """The current Pulumi stack's settings. Raises `pulumi.RunError`, which is shown without a traceback."""
    import pulumi  # noqa: PLC0415  # the rehearsal reads settings where Pulumi is not wanted

    try:
        keys, secret = _current(PROJECT)
        settings = parse(keys, secret)
    except ConfigError as error:
        raise pulumi.RunError(str(error)) from None
    if settings.canary.has_secrets and "canary" not in secret:
        raise pulumi.RunError(PLAIN.format(f"  - {PROJECT}:canary.secrets"))
    if settings.model.image_is_placeholder and not pulumi.runtime.is_dry_run():
        raise pulumi.RunError(
            f"{WRONG}\n  - {PROJECT}:model.image: it is still a placeholder, from which SageMaker would make"
            " a failed endpoint. Build and push the image with `python -m model.push` and set what it prints:"
            f" pulumi config set --path --type string '{PROJECT}:model.image' '<what it printed>'"
        )
    return settings


def load_as(tree: type[Tree], project: str) -> Tree:
    """The current Pulumi stack's settings, of another project than this one. Raises as `load` does."""
    import pulumi  # noqa: PLC0415  # as above

    try:
        return parse_as(tree, project, *_current(project))
    except ConfigError as error:
        raise pulumi.RunError(str(error)) from None


def read_stack(stack: str, folder: Path | None = None) -> dict[str, Any]:
    """A stack's keys, without the project prefix: defaults of `Pulumi.yaml`, then its own YAML.

    What the Pulumi CLI does, for runs without it, in this project or another `folder`; encrypted values as
    `without_secrets` takes them. Raises `ConfigError` when there is no such stack or its file cannot be read.
    """
    _, defaults = stack_files.declared((folder or ROOT) / "Pulumi.yaml")
    own = stack_files.read((folder or STACKS) / f"Pulumi.{stack}.yaml", PROJECT)
    values = {key.removeprefix(f"{PROJECT}:"): v for key, v in {**defaults, **own}.items() if _ours(key)}
    return without_secrets(Settings, values, f"Pulumi.{stack}.yaml: {PROJECT}")


def without_secrets(tree: type[BaseModel], values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The keys of one stack with each encrypted value as one that is there and unknown.

    Says so on the log, with what was taken, where something may hang on it. `where` names file and project.
    Where that does not go with the rest of its section, the section's defaults are taken.
    """
    _refuse_plain(values, where)
    found, taken = known(tree, values)
    if taken and not _fits(tree, found):
        sections = {re.split(r"[.\[]", key)[0] for key in taken}
        taken = {s: "its default" for s in sections if not tree.model_fields[s].is_required()}
        found = {key: value for key, value in found.items() if key not in taken}
    for key, value in taken.items():
        shown = "something valid" if isinstance(value, BaseModel | Mapping | list) else value
        logging.getLogger("inference-watch").warning(
            "%s:%s is encrypted and cannot be read here; %s is taken for it.", where, key, shown
        )
    return found


def _refuse_plain(values: Mapping[str, Any], where: str) -> None:
    """Raises `ConfigError` for secrets of the canary that a file has in plain text."""
    canary = _mapping(values.get("canary"))
    sections = {"canary": canary}
    sections |= {f"canary.each.{stack}": _mapping(own) for stack, own in _mapping(canary.get("each")).items()}
    plain = [
        f"  - {where}:{key}.secrets.{name}"
        for key, section in sections.items()
        for name, value in _mapping(section.get("secrets")).items()
        if not is_encrypted(value)
    ]
    if plain:
        raise ConfigError(PLAIN.format("\n".join(plain)))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _fits(tree: type[BaseModel], raw: Mapping[str, Any]) -> bool:
    try:
        parse(raw) if tree is Settings else parse_as(tree, "", raw)
    except ConfigError:
        return False
    return True


def _ours(key: str) -> bool:
    return key.startswith(f"{PROJECT}:")


def _current(project: str) -> tuple[dict[str, str], set[str]]:
    """The current stack's keys as text, without the project prefix, and which of them are secret."""
    import pulumi  # noqa: PLC0415  # as above

    config, prefix = pulumi.Config(project), f"{project}:"
    keys = {**pulumi.runtime.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    names = sorted(key.removeprefix(prefix) for key in keys if key.startswith(prefix))
    secret = {name for name in names if pulumi.runtime.config.is_config_secret(f"{prefix}{name}")}
    return {name: config.require(name) for name in names}, secret
