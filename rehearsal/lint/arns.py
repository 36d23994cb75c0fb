"""The ARNs that an alarm can act on."""

import re
from dataclasses import dataclass

from rehearsal.lint.alarms import AnyAlarm, known

KINDS: dict[str, str] = {  # by service: what follows the account
    "sns": r"[A-Za-z0-9_-]{1,256}(?:\.fifo)?",
    "lambda": r"function:[A-Za-z0-9_-]+(?::[A-Za-z0-9$_-]+)?",
    "autoscaling": r"scalingPolicy:[^:]+:(?:autoScalingGroupName/[^:]+|resource/[^:]+):policyName/.+",
    "automate": r"(?:stop|terminate|reboot|recover)",
    "swf": r"action/actions/AWS_EC2\.InstanceId\.(?:Stop|Terminate|Reboot|Recover)/1\.0",
    "ssm": r"opsitem:[1-4](?:#CATEGORY=.+)?",
    "ssm-incidents": r"response-plan[:/].+",
    "aiops": r"investigation-group[:/].+",
}
EXAMPLE = "arn:aws:sns:REGION:ACCOUNT:TOPIC"
_ARN = re.compile(r"arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):([^:]*):(.+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Arn:
    """An action's ARN in its parts; `rest` is what follows the account."""

    partition: str
    service: str
    region: str
    account: str
    rest: str


def parse(action: str) -> Arn | None:
    """The parts; None for what is no ARN, or not known yet."""
    match = _ARN.fullmatch(action) if known(action) and "${" not in action else None
    if match is None:
        return None
    partition, service, region, account, rest = match.groups()
    return Arn(partition=partition, service=service, region=region, account=account, rest=rest)


def refused(action: str) -> str | None:
    """Why CloudWatch does not take it as an action; None if it does, or it is not known yet."""
    if not known(action) or "${" in action:
        return None
    arn = parse(action)
    if arn is None:
        return "is no ARN"
    pattern = KINDS.get(arn.service)
    if pattern is None:
        return f"is an ARN of {arn.service}, on which alarms cannot act"
    if not re.fullmatch(pattern, arn.rest):
        return f"is no ARN of the kind that alarms act on in {arn.service}"
    if arn.service == "sns" and arn.rest.endswith(".fifo"):
        return "is a FIFO topic, to which alarms cannot publish"
    digits = arn.account if arn.service != "automate" else "0" * 12
    return None if re.fullmatch(r"[0-9]{12}", digits) else f"has no account ({arn.account or 'empty'})"


def of_instance(action: str) -> str | None:
    """The EC2 action: `stop`, `terminate`, `reboot` or `recover`; None for any other kind."""
    match = re.fullmatch(
        r"arn:[^:]*:(?:automate:[^:]*:ec2:|swf:[^:]*:[^:]*:action/actions/AWS_EC2\.InstanceId\.)"
        r"([A-Za-z]+)(?:/1\.0)?",
        action,
    )
    return match[1].lower() if match else None


def region_of(alarm: AnyAlarm) -> str | None:
    """Where the alarm is, or has to be for its actions to work; None where that is not known."""
    if alarm.region:
        return alarm.region
    parsed = [parse(action) for actions in alarm.actions.values() for action in actions]
    regions = {arn.region for arn in parsed if arn is not None and arn.region}
    return regions.pop() if len(regions) == 1 else None
