"""A placeholder stands in the alarm as it is: something that should have been filled in was not.

`${FunctionName}` without `Fn::Sub`, `!Ref Queue` in quotes, `{{ name }}`, `<instance-id>`, `REPLACE_ME`:
the text itself becomes part of a metric's name, and nobody publishes that.
"""

import re
from collections.abc import Iterator

from rehearsal.lint import behaviour
from rehearsal.lint.alarms import AlarmSet, known
from rehearsal.lint.rule import Finding

SEVERITY = "error"
_PLACEHOLDER = re.compile(
    r"\$\{[^}]*\}|\{\{.*\}\}|^!?(?:Ref|GetAtt|Sub)[ :].+|^Fn::|^<[^<>]+>$"
    r"|^(?:REPLACE|CHANGE|FILL)[_-]?(?:ME|THIS|IN)$|^TODO$|^x{3,}$|^var\.\w+|\baws_\w+\.\w+\.\w+|\bmodule\.\w+\.\w+",
    re.IGNORECASE,
)


def check(given: AlarmSet) -> Iterator[Finding]:
    """Placeholders in names, namespaces and dimensions; in actions they are no ARN (rule refused-action)."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            places = [(f"{metric.key}Namespace", metric.namespace), (f"{metric.key}MetricName", metric.name)]
            places += [(f"{metric.key}Dimensions, {name}", value) for name, value in metric.dimensions]
            for key, text in places:
                if known(text) and _PLACEHOLDER.search(text):
                    yield Finding(
                        alarm=alarm,
                        key=key,
                        problem=f"{text} stands there as it is",
                        consequence=behaviour.watches_nothing(alarm),
                        fix="fill it in: in a template with !Sub or !Ref, without quotes around these",
                    )
    for acting in given.alarms:
        for key, actions in acting.actions.items():
            for action in actions:
                if known(action) and "${" in action:
                    yield Finding(
                        alarm=acting,
                        key=key,
                        problem=f"{action} stands there as it is",
                        consequence="CloudWatch refuses it, and nobody is told",
                        fix="fill it in: in a template with !Sub or !Ref",
                    )
