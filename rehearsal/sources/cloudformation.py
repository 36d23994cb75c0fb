"""CloudFormation templates, JSON or YAML: written by hand, synthesized by CDK, or SAM's.

A template is read without its account: `intrinsics` resolves what it can. SAM adds nothing to alarms.
Stacks within a stack are templates of their own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.errors import RehearsalError
from rehearsal.sources.found import Found, Resource
from rehearsal.sources.intrinsics import ALARMS, LOOP, Template

LOG_ALARM, MUTE_RULE, NESTED = (
    "AWS::CloudWatch::LogAlarm",
    "AWS::CloudWatch::AlarmMuteRule",
    "AWS::CloudFormation::Stack",
)


def fits(document: Any) -> bool:
    """Whether it is a template."""
    if not isinstance(document, Mapping) or not isinstance(document.get("Resources"), Mapping):
        return False
    if any(str(name).startswith(LOOP) for name in document["Resources"]):
        return True
    kinds = [r.get("Type") for r in document["Resources"].values() if isinstance(r, Mapping)]
    return "AWSTemplateFormatVersion" in document or any(isinstance(k, str) and "::" in k for k in kinds)


def read(document: Mapping[str, Any], given: Mapping[str, str]) -> Found:
    """The alarms of the template, with `given` values for its parameters."""
    found = Found()
    template = Template(document, given)
    for logical, resource in template.resources.items():
        kind = resource.get("Type")
        if kind in (*ALARMS, LOG_ALARM, MUTE_RULE):
            if not template.exists(resource):
                found.notes.append(
                    f"{logical}: left out, its condition {resource['Condition']} does not hold"
                )
                continue
            properties = template.resolve(resource.get("Properties") or {})
            entry = dict(properties) if isinstance(properties, Mapping) else {}
            if kind == MUTE_RULE:
                found.mute.append({"Name": logical, **entry})
            elif kind == LOG_ALARM:
                name = template.alarm_name(logical)
                found.others[name] = entry
                found.skipped.append((name, "a log alarm, which only CloudWatch Logs can answer"))
            else:
                found.add({**entry, "AlarmName": template.alarm_name(logical)})
        elif kind == NESTED:
            found.notes.append(f"{logical}: a nested stack; rehearse its template too")
    found.resources += _others(template)
    return found


def _others(template: Template) -> Iterator[Resource]:
    """What else the template makes, as far as it can be resolved."""
    for logical, resource in template.resources.items():
        kind = resource.get("Type")
        if isinstance(kind, str) and kind not in ALARMS and template.exists(resource):
            try:
                properties = template.resolve(resource.get("Properties"))
            except (RehearsalError, RecursionError):
                return
            yield Resource(
                kind=kind, name=logical, properties=properties if isinstance(properties, Mapping) else {}
            )
