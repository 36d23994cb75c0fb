"""Actions that go nowhere."""

from tests.rehearsal.lint.builders import ACCOUNT, PAGE, TICKET, composite
from tests.rehearsal.lint.faults import of
from tests.rehearsal.lint.presets import cpu, errors, quiet, rate, recover

WARN = "warning"
KNOWN = ("describe-alarms", "plan", "preview")
SCALE = f"arn:aws:autoscaling:eu-central-1:{ACCOUNT}:scalingPolicy:1:autoScalingGroupName/web:policyName/out"
RECOVER = "arn:aws:automate:eu-central-1:ec2:recover"
STOP = "arn:aws:automate:eu-central-1:ec2:stop"
PARTS = [quiet("a"), quiet("b", "Throttles")]
RULE = 'ALARM("a") AND ALARM("b")'


def act(*actions: str) -> dict[str, object]:
    return errors(AlarmActions=list(actions))


FAULTS = [
    of("a topic in another region", errors(), act(PAGE.replace("eu-central-1", "us-east-1")), "elsewhere"),
    of("a topic in another partition", errors(), act(PAGE.replace("arn:aws:", "arn:aws-cn:")), "elsewhere"),
    of(
        "a function in another region",
        errors(),
        act(f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:page"),
        "elsewhere",
    ),
    of(
        "an OK topic in another region",
        errors(),
        errors(OKActions=[PAGE.replace("eu-central-1", "eu-west-1")]),
        "elsewhere",
    ),
    of("a topic's name", errors(), act("oncall-page"), "refused-action"),
    of("an address", errors(), act("oncall@example.com"), "refused-action"),
    of("a FIFO topic", errors(), act(f"{PAGE}.fifo"), "refused-action"),
    of("a queue", errors(), act(f"arn:aws:sqs:eu-central-1:{ACCOUNT}:oncall"), "refused-action"),
    of("a subscription", errors(), act(f"{PAGE}:0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"), "refused-action"),
    of(
        "a topic without an account", errors(), act("arn:aws:sns:eu-central-1::oncall-page"), "refused-action"
    ),
    of(
        "a stream of events",
        errors(),
        act(f"arn:aws:events:eu-central-1:{ACCOUNT}:event-bus/oncall"),
        "refused-action",
    ),
    of(
        "a log group",
        errors(),
        act(f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:oncall"),
        "refused-action",
    ),
    of("six actions", errors(), act(*(f"{PAGE}-{n}" for n in range(6))), "refused-action"),
    of(
        "a work item when all is well",
        errors(),
        errors(OKActions=[f"arn:aws:ssm:eu-central-1:{ACCOUNT}:opsitem:2"]),
        "refused-action",
    ),
    of(
        "a work item of severity 9",
        errors(),
        act(PAGE, f"arn:aws:ssm:eu-central-1:{ACCOUNT}:opsitem:9"),
        "refused-action",
    ),
    of(
        "recover for the instance's fault",
        recover(),
        {**recover(), "MetricName": "StatusCheckFailed_Instance"},
        "instance-action",
    ),
    of("recover for a busy machine", cpu(), cpu(AlarmActions=[RECOVER, PAGE]), "instance-action"),
    of("stop without a machine", errors(), act(STOP, PAGE), "instance-action"),
    of("stop of an expression", rate(), rate(AlarmActions=[STOP, PAGE]), "instance-action"),
    of(
        "stop of a composite",
        [*PARTS, composite(RULE)],
        [*PARTS, composite(RULE, AlarmActions=[STOP, PAGE])],
        "instance-action",
    ),
    of(
        "a composite that scales",
        [*PARTS, composite(RULE)],
        [*PARTS, composite(RULE, AlarmActions=[SCALE])],
        "scaling-action",
    ),
    of("no action", errors(), act(), "no-action", WARN),
    of("actions that are off", errors(), errors(ActionsEnabled=False), "no-action", WARN),
    of("an action for the end alone", errors(), errors(AlarmActions=[]), "no-action", WARN),
    of(
        "an action for grey alone",
        errors(),
        errors(AlarmActions=[], OKActions=[], InsufficientDataActions=[TICKET]),
        "no-action",
        WARN,
    ),
]
