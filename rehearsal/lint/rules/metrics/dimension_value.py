"""A dimension's value has the wrong form: an ARN for a name, a name for an ARN, a URL, a whole ARN for its
end.

`QueueName` wants the queue's name, `LoadBalancer` the end of the ARN (`app/name/id`), `StateMachineArn`
the whole ARN. Such a value is the name of a metric that nobody publishes.

Source: the service's page that the catalogue names.
"""

import re
from collections.abc import Iterator

from rehearsal.lint import behaviour, published
from rehearsal.lint.alarms import AlarmSet, known
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Values that are empty, do not have the form of their dimension, or are ARNs where names are wanted."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            namespace = published.namespace(metric.namespace)
            forms = namespace.forms if namespace is not None else {}
            for name, value in metric.dimensions:
                if not known(value) or "${" in value:
                    continue
                form = forms.get(name)
                wants = None
                if value == "":
                    wants = form.says if form else "a value"
                elif form is not None and not re.fullmatch(form.pattern, value):
                    wants = form.says
                elif (
                    form is None
                    and namespace is not None
                    and value.startswith("arn:")
                    and "arn" not in name.lower()
                ):
                    wants = "a name, not an ARN"
                if wants is not None:
                    yield Finding(
                        alarm=alarm,
                        key=f"{metric.key}Dimensions, {name}",
                        problem=f"{value or 'it is empty'}",
                        consequence=behaviour.watches_nothing(alarm),
                        fix=f"{name} wants {wants}",
                    )
