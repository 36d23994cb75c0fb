"""A Python function as every part of this program runs one.

Current Python on arm64, JSON logs in a group of its own, active tracing, the SDK layer, a published
version behind an alias, and a role that may do what its statements say and nothing else. It decides no
permission and no schedule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.shared import iam
from components.shared.common import Common
from components.shared.packages import ARCHITECTURE, RUNTIME, build_handler, entry_point
from monitoring.names import ALIAS
from settings.canary import Vpc


@dataclass(frozen=True, kw_only=True, slots=True)
class PythonFunctionArgs:
    """`package` is what is built for it (`packages`); `environment` must be what its settings read.

    `layers` come beside the SDK's; `storage_mb` is the room in /tmp, 512 unless said otherwise. `files` are
    what the package holds besides, by path. `grants` are statements by the name of what they open, each in a
    policy of its own: when the function is switched from one such thing to another, it may use both until the
    switch is done. `role` is that of the same function in another region, which then may do all this, too:
    roles are of no region.
    """

    common: Common
    function_name: str
    package: str
    description: str
    timeout_s: int
    memory_mb: int = 256
    files: pulumi.Input[Mapping[str, bytes]] = field(default_factory=dict)
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    statements: Sequence[iam.Statement] = ()
    grants: Mapping[str, iam.Statement] = field(default_factory=dict)
    layers: Sequence[pulumi.Input[str]] = ()
    storage_mb: int | None = None
    reserved_concurrency: int | None = None
    snap_start: bool = False
    vpc: Vpc | None = None
    role: aws.iam.Role | None = None


class PythonFunction(pulumi.ComponentResource):
    """The function and what belongs to it alone."""

    role: aws.iam.Role
    function_name: pulumi.Output[str]
    alias_name: pulumi.Output[str]
    alias_arn: pulumi.Output[str]
    alias_invoke_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: PythonFunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-watch:function:PythonFunction", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/lambda/{args.function_name}",
            retention_in_days=args.common.log_retention_days,
            kms_key_id=args.common.key_arn,
            opts=child,
        )
        self.role = role = args.role or aws.iam.Role(
            f"{name}-role",
            name=args.function_name,
            assume_role_policy=pulumi.Output.json_dumps(iam.plain_trust("lambda.amazonaws.com")),
            opts=child,
        )
        write_logs = iam.allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"], pulumi.Output.concat(logs.arn, ":*")
        )
        policy = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=pulumi.Output.json_dumps(
                iam.document(
                    [
                        write_logs,
                        iam.put_traces(),
                        *args.common.traces.statements,
                        *args.statements,
                        *_in_vpc(args),
                    ]
                )
            ),
            opts=child,
        )
        grants = [
            aws.iam.RolePolicy(
                f"{name}-{what}-policy",
                role=role.name,
                policy=pulumi.Output.json_dumps(iam.document([statement])),
                opts=child,
            )
            for what, statement in args.grants.items()
        ]
        function = aws.lambda_.Function(
            f"{name}-function",
            name=args.function_name,
            description=args.description,
            runtime=RUNTIME,
            architectures=[ARCHITECTURE],
            handler=entry_point(args.package),
            code=pulumi.Output.from_input(args.files).apply(
                lambda files: pulumi.FileArchive(str(build_handler(args.package, files)))
            ),
            layers=[args.common.layer_arn, *args.layers],
            role=role.arn,
            memory_size=args.memory_mb,
            timeout=args.timeout_s,
            ephemeral_storage={"size": args.storage_mb} if args.storage_mb else None,
            environment={"variables": {**args.common.traces.environment, **args.environment}},
            reserved_concurrent_executions=args.reserved_concurrency,
            vpc_config={"subnet_ids": args.vpc.subnets, "security_group_ids": args.vpc.security_groups}
            if args.vpc
            else None,
            snap_start={"apply_on": "PublishedVersions"} if args.snap_start else None,
            tracing_config={"mode": "Active"},
            logging_config={"log_format": "JSON", "log_group": logs.name, "application_log_level": "INFO"},
            publish=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, *grants]),
        )
        alias = aws.lambda_.Alias(
            f"{name}-alias",
            name=ALIAS,
            function_name=function.name,
            function_version=function.version,
            opts=child,
        )
        self.function_name = function.name
        self.alias_name = alias.name
        self.alias_arn = alias.arn
        self.alias_invoke_arn = alias.invoke_arn
        self.register_outputs({"alias_arn": self.alias_arn})


def _in_vpc(args: PythonFunctionArgs) -> list[iam.Statement]:
    """What Lambda needs of the role to connect the function, and the function itself never does."""
    if args.vpc is None:
        return []
    account = f"{args.common.region}:{args.common.account_id}"
    return iam.network_interfaces(account, f"arn:aws:lambda:{account}:function:{args.function_name}")
