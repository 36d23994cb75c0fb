"""The alarm calls a function that does not let it.

A function of the same file is called only if a permission for `lambda.alarms.cloudwatch.amazonaws.com`
says so; without it each action fails, and only the alarm's history says so.

Source: [Lambda
actions](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html).
"""

from collections.abc import Iterator

from rehearsal.lint import arns
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding
from rehearsal.sources.found import Resource

SEVERITY = "warning"
PRINCIPAL = "lambda.alarms.cloudwatch.amazonaws.com"
FUNCTIONS = (
    *("AWS::Lambda::Function", "AWS::Serverless::Function"),
    *("aws_lambda_function", "aws:lambda/function:Function"),
)
PERMISSIONS = ("AWS::Lambda::Permission", "aws_lambda_permission", "aws:lambda/permission:Permission")


def check(given: AlarmSet) -> Iterator[Finding]:
    """Actions on functions of the file, where no permission of it is for alarms."""
    functions = {name: function for function in given.of_kind(*FUNCTIONS) for name in _names(function)}
    if not functions or any(_allows(permission) for permission in given.of_kind(*PERMISSIONS)):
        return
    for alarm in given.alarms:
        for key, actions in alarm.actions.items():
            for action in actions:
                arn = arns.parse(action)
                name = arn.rest.split(":")[1] if arn is not None and arn.service == "lambda" else action
                if name in functions:
                    yield Finding(
                        alarm=alarm,
                        key=key,
                        problem=f"the function {functions[name].name} has no permission for {PRINCIPAL}",
                        consequence="the action fails",
                        fix=f"add a permission lambda:InvokeFunction for {PRINCIPAL}",
                    )


def _allows(permission: Resource) -> bool:
    return any(str(value) == PRINCIPAL for value in permission.properties.values())


def _names(function: Resource) -> Iterator[str]:
    yield f"${{{function.name}.Arn}}"
    for key in ("FunctionName", "function_name", "name"):
        if isinstance(function.properties.get(key), str):
            yield function.properties[key]
