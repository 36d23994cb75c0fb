"""The one table of what is assumed of the AWS provider, by resource type.

`replaces` are the inputs that cannot be updated in place: `ForceNew` in hashicorp/aws, which pulumi-aws
wraps (test_assumptions.py holds them against that provider's own plan). `once` are the inputs by which AWS
tells two things of a type apart: a second one is refused, or overwrites the first where AWS's call is a Put.
`named` is the input that pulumi-aws fills in when the program does not: `name` where there is one, as
`SetAutonaming` of pulumi-terraform-bridge does, and the exceptions of pulumi-aws's provider/resources.go.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What the stand-in knows of one resource type; `everything` replaces on each input but tags."""

    replaces: frozenset[str] = frozenset()
    everything: bool = False
    once: tuple[str, ...] | None = None
    puts: bool = False
    named: str | None = None

    def forces(self, name: str) -> bool:
        """Whether a change of the input makes a new resource. Every resource is bound to its region."""
        in_place = name in ("tags", "skipDestroy")
        return name in self.replaces or name == "region" or (self.everything and not in_place)


def _kind(
    replaces: str = "", *, once: str | None = None, named: str | None = None, puts: bool = False
) -> Kind:
    """A `Kind`; lists are space-separated and `*` is every input."""
    return Kind(
        replaces=frozenset(() if replaces == "*" else replaces.split()),
        everything=replaces == "*",
        once=None if once is None else tuple(once.split()),
        puts=puts,
        named=named,
    )


def _named(replaces: str = "") -> Kind:
    """A type with one thing a name, which Pulumi gives where the program does not."""
    everything = replaces == "*"
    return _kind("*" if everything else f"name {replaces}", once="name", named="name")


def _of_a_bucket() -> Kind:
    """A part of a bucket that is a call of its own, and there once."""
    return _kind("bucket", once="bucket", puts=True)


KINDS: Mapping[str, Kind] = {
    "aws:apigateway/account:Account": _kind(once="", puts=True),
    "aws:apigateway/apiKey:ApiKey": _kind("value", named="name"),
    "aws:apigateway/basePathMapping:BasePathMapping": _kind("domainName", once="domainName basePath"),
    "aws:apigateway/deployment:Deployment": _kind("restApi triggers"),
    "aws:apigateway/domainName:DomainName": _kind("domainName", once="domainName"),
    "aws:apigateway/methodSettings:MethodSettings": _kind(
        "restApi stageName methodPath", once="restApi stageName methodPath", puts=True
    ),
    "aws:apigateway/restApi:RestApi": _kind(named="name"),
    "aws:apigateway/stage:Stage": _kind("restApi stageName", once="restApi stageName"),
    "aws:apigateway/usagePlan:UsagePlan": _kind(named="name"),
    "aws:apigateway/usagePlanKey:UsagePlanKey": _kind("*", once="usagePlanId keyId"),
    "aws:appautoscaling/policy:Policy": _kind(
        "name resourceId scalableDimension serviceNamespace",
        once="serviceNamespace resourceId scalableDimension name",
        named="name",
        puts=True,
    ),
    "aws:appautoscaling/target:Target": _kind(
        "resourceId scalableDimension serviceNamespace",
        once="serviceNamespace resourceId scalableDimension",
        puts=True,
    ),
    "aws:budgets/budget:Budget": _named("accountId"),
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": _named(),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _kind("alarmName", once="alarmName", puts=True),
    "aws:cloudwatch/dashboard:Dashboard": _kind("dashboardName", once="dashboardName", puts=True),
    "aws:cloudwatch/logGroup:LogGroup": _named(),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": _kind(
        "name logGroupName", once="logGroupName name", named="name", puts=True
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _kind("name", once="name", named="name", puts=True),
    "aws:dynamodb/table:Table": _named("hashKey"),
    "aws:dynamodb/tableItem:TableItem": _kind("tableName hashKey"),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _kind("repository policy", once="repository", puts=True),
    "aws:ecr/repository:Repository": _named("encryptionConfigurations"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _kind("url", once="url"),
    "aws:iam/policy:Policy": _named("description path"),
    "aws:iam/role:Role": _named(),
    "aws:iam/rolePolicy:RolePolicy": _kind("name role", once="role name", named="name", puts=True),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _kind("*", once="role policyArn", puts=True),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": _kind(
        "awsServiceName", once="awsServiceName customSuffix"
    ),
    "aws:kms/alias:Alias": _named(),
    "aws:kms/key:Key": _kind(),
    "aws:lambda/alias:Alias": _kind("name functionName", once="functionName name", named="name"),
    "aws:lambda/function:Function": _named(),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _kind(
        "functionName qualifier", once="functionName qualifier", puts=True
    ),
    "aws:lambda/layerVersion:LayerVersion": _kind("*"),
    "aws:lambda/permission:Permission": _kind(
        "*", once="function qualifier statementId", named="statementId"
    ),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": _kind(
        "functionName qualifier", once="functionName qualifier", puts=True
    ),
    "aws:oam/link:Link": _kind("labelTemplate sinkIdentifier", once="sinkIdentifier"),
    "aws:oam/sink:Sink": _kind("name", once="", named="name"),
    "aws:oam/sinkPolicy:SinkPolicy": _kind("sinkIdentifier", once="sinkIdentifier", puts=True),
    "aws:route53/record:Record": _kind("zoneId name setIdentifier", once="zoneId name type"),
    "aws:s3/bucket:Bucket": _kind("bucket objectLockEnabled", once="bucket", named="bucket"),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _of_a_bucket(),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _of_a_bucket(),
    "aws:s3/bucketPolicy:BucketPolicy": _of_a_bucket(),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _of_a_bucket(),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _of_a_bucket(),
    "aws:s3/bucketVersioning:BucketVersioning": _of_a_bucket(),
    "aws:sagemaker/endpoint:Endpoint": _named(),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": _named("*"),
    "aws:sagemaker/model:Model": _named("*"),
    "aws:scheduler/schedule:Schedule": _named(),
    "aws:secretsmanager/secret:Secret": _named(),
    "aws:secretsmanager/secretPolicy:SecretPolicy": _kind("secretArn", once="secretArn", puts=True),
    "aws:secretsmanager/secretVersion:SecretVersion": _kind("secretId secretString"),
    "aws:sns/topic:Topic": _named(),
    "aws:sns/topicPolicy:TopicPolicy": _kind("arn", once="arn", puts=True),
    "aws:sns/topicSubscription:TopicSubscription": _kind("topic protocol endpoint"),
    "aws:sqs/queue:Queue": _named(),
    "aws:wafv2/webAcl:WebAcl": _named("scope"),
    "aws:wafv2/webAclAssociation:WebAclAssociation": _kind("*", once="resourceArn", puts=True),
    "aws:xray/group:Group": _kind("groupName", once="groupName"),
    "aws:xray/samplingRule:SamplingRule": _kind("ruleName version", once="ruleName"),
}


def lookup(token: str) -> Kind:
    """The type's row. Raises `LookupError`, saying where to add it."""
    if token not in KINDS:
        raise LookupError(f"the stand-in does not know {token}; add it to tests/engine/kinds.py")
    return KINDS[token]
