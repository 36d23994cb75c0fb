"""What whoever deploys a pair may do, by resource: as narrow as AWS lets it be named beforehand.

Actions are those that the AWS provider calls to make, read, change, tag and delete a resource of a kind.
Names begin with `<name>-<env>`; where AWS makes the name (an API, a key) the kind is as narrow as it gets.
What a canary has in each of its regions is allowed in all of them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.shared import iam

LONGEST = 5_500  # characters of one managed policy; AWS allows 6,144, ARNs of another account's key are long
TAGGED = {"StringEquals": {"aws:ResourceTag/managed-by": "pulumi"}}
TAGS = ("ListTagsForResource", "TagResource", "UntagResource")


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """Actions without their prefix, on resources; `{base}`, `{region}`, `{account}` are the stack's."""

    service: str
    actions: Sequence[str]
    resources: Sequence[str]
    condition: Mapping[str, Any] | None = None


def _access(service: str, actions: str, *resources: str, **more: Any) -> Access:
    return Access(service=service, actions=actions.split(), resources=resources, **more)


_TAGS = " ".join(TAGS)
_REST = "GET POST PUT PATCH DELETE"
ACCESS: Mapping[str, Sequence[Access]] = {
    "apigateway": [
        _access(
            "apigateway",
            f"{_REST} UpdateRestApiPolicy",
            "arn:aws:apigateway:{region}::/restapis",  # ids are AWS's
            "arn:aws:apigateway:{region}::/restapis/*",
            "arn:aws:apigateway:{region}::/usageplans",
            "arn:aws:apigateway:{region}::/usageplans/*",
            "arn:aws:apigateway:{region}::/apikeys",
            "arn:aws:apigateway:{region}::/apikeys/*",
            "arn:aws:apigateway:{region}::/domainnames",
            "arn:aws:apigateway:{region}::/domainnames/*",
            "arn:aws:apigateway:{region}::/tags/*",
        ),
        _access("apigateway", "SetWebACL", "arn:aws:apigateway:{region}::/restapis/*"),
    ],
    "appautoscaling": [
        _access(
            "application-autoscaling",
            f"RegisterScalableTarget DeregisterScalableTarget PutScalingPolicy DeleteScalingPolicy {_TAGS}",
            "arn:aws:application-autoscaling:{region}:{account}:scalable-target/*",  # ids are AWS's
        ),
        _access("application-autoscaling", "DescribeScalableTargets DescribeScalingPolicies", "*"),
    ],
    "budgets": [  # permissions, not API calls: its table in the service authorization reference
        _access("budgets", f"ViewBudget ModifyBudget {_TAGS}", "arn:aws:budgets::{account}:budget/{base}*"),
    ],
    "cloudwatch": [
        _access(
            "cloudwatch",
            f"PutMetricAlarm PutCompositeAlarm DeleteAlarms {_TAGS}",
            "arn:aws:cloudwatch:{region}:{account}:alarm:{base}-*",
        ),
        _access("cloudwatch", "DescribeAlarms", "*"),  # composite alarms are described with * alone
        _access(
            "cloudwatch",
            f"PutAlarmMuteRule GetAlarmMuteRule DeleteAlarmMuteRule {_TAGS}",
            "arn:aws:cloudwatch:{region}:{account}:alarm-mute-rule:{base}*",
        ),
        _access(  # asked of each alarm that a rule names, too
            "cloudwatch", "PutAlarmMuteRule", "arn:aws:cloudwatch:{region}:{account}:alarm:{base}-*"
        ),
        _access(
            "cloudwatch",
            "PutDashboard GetDashboard DeleteDashboards",
            "arn:aws:cloudwatch::{account}:dashboard/{base}*",
        ),
        _access(
            "logs",
            "CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey"
            f" DisassociateKmsKey PutMetricFilter DeleteMetricFilter DescribeMetricFilters {_TAGS}",
            "arn:aws:logs:*:{account}:log-group:/aws/lambda/{base}-*",
            "arn:aws:logs:*:{account}:log-group:/aws/apigateway/{base}/*",
            "arn:aws:logs:*:{account}:log-group:/aws/sagemaker/Endpoints/{base}-*",
            "arn:aws:logs:*:{account}:log-group:/inference-watch/{base}/*",
            "arn:aws:logs:*:{account}:log-group:API-Gateway-Execution-Logs_*",  # with the API's id
        ),
        _access("logs", "DescribeLogGroups", "arn:aws:logs:*:{account}:log-group:*"),
    ],
    "athena": [
        _access(
            "athena",
            f"CreateWorkGroup GetWorkGroup UpdateWorkGroup DeleteWorkGroup {_TAGS}",
            "arn:aws:athena:{region}:{account}:workgroup/{base}*",
        ),
    ],
    "dynamodb": [
        _access(
            "dynamodb",
            "CreateTable DescribeTable UpdateTable DeleteTable DescribeContinuousBackups"
            " UpdateContinuousBackups DescribeTimeToLive ListTagsOfResource TagResource UntagResource"
            " GetItem PutItem UpdateItem DeleteItem",
            "arn:aws:dynamodb:{region}:{account}:table/{base}-*",
        ),
    ],
    "ecr": [
        _access(
            "ecr",
            "CreateRepository DescribeRepositories DeleteRepository PutLifecyclePolicy GetLifecyclePolicy"
            f" DeleteLifecyclePolicy PutImageTagMutability PutImageScanningConfiguration {_TAGS}",
            "arn:aws:ecr:{region}:{account}:repository/{base}-*",
        ),
    ],
    "ec2": [  # a function in a VPC is refused to who may not see its subnets
        _access("ec2", "DescribeSecurityGroups DescribeSubnets DescribeVpcs", "*"),
    ],
    "glue": [
        _access(
            "glue",
            "CreateDatabase GetDatabase UpdateDatabase DeleteDatabase CreateTable GetTable UpdateTable"
            " DeleteTable GetTags TagResource UntagResource",
            "arn:aws:glue:{region}:{account}:catalog",
            "arn:aws:glue:{region}:{account}:database/*",  # its names take no hyphen, so are none of `{base}`
            "arn:aws:glue:{region}:{account}:table/*",
        ),
    ],
    "iam": [
        _access(
            "iam",
            "CreateRole GetRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRole TagRole"
            " UntagRole ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole PutRolePolicy"
            " GetRolePolicy DeleteRolePolicy",
            "arn:aws:iam::{account}:role/{base}-*",
        ),
        _access(
            "iam",
            "PassRole",
            "arn:aws:iam::{account}:role/{base}-*",
            condition={
                "StringEquals": {
                    "iam:PassedToService": [
                        "lambda.amazonaws.com",
                        "sagemaker.amazonaws.com",
                        "scheduler.amazonaws.com",
                    ]
                }
            },
        ),
        _access(
            "iam",
            "CreateServiceLinkedRole",
            "arn:aws:iam::{account}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/*",
        ),
    ],
    "kms": [
        _access("kms", "CreateKey", "*", condition={"StringEquals": {"aws:RequestTag/managed-by": "pulumi"}}),
        _access(
            "kms",
            "DescribeKey GetKeyPolicy PutKeyPolicy GetKeyRotationStatus EnableKeyRotation DisableKeyRotation"
            " UpdateKeyDescription ScheduleKeyDeletion ListResourceTags TagResource UntagResource CreateAlias"
            " UpdateAlias DeleteAlias CreateGrant Decrypt Encrypt GenerateDataKey",
            "arn:aws:kms:*:{account}:key/*",  # ids are AWS's
            condition=TAGGED,
        ),
        _access("kms", "CreateAlias UpdateAlias DeleteAlias", "arn:aws:kms:*:{account}:alias/{base}*"),
        _access("kms", "ListAliases", "*"),
    ],
    "lambda": [
        _access(
            "lambda",
            "CreateFunction GetFunction GetFunctionConfiguration GetFunctionCodeSigningConfig"
            " UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction PublishVersion"
            " ListVersionsByFunction PutFunctionConcurrency DeleteFunctionConcurrency CreateAlias GetAlias"
            " UpdateAlias DeleteAlias AddPermission RemovePermission GetPolicy PutFunctionEventInvokeConfig"
            " GetFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig"
            " PutProvisionedConcurrencyConfig GetProvisionedConcurrencyConfig"
            " DeleteProvisionedConcurrencyConfig ListTags TagResource UntagResource",
            "arn:aws:lambda:*:{account}:function:{base}-*",
        ),
        _access(
            "lambda",
            "PublishLayerVersion GetLayerVersion DeleteLayerVersion",
            "arn:aws:lambda:*:{account}:layer:{base}-*",
        ),
    ],
    "oam": [
        _access(
            "oam",
            f"CreateLink GetLink UpdateLink DeleteLink {_TAGS}",
            "arn:aws:oam:{region}:{account}:link/*",  # ids are AWS's
            "arn:aws:oam:{region}:*:sink/*",
        ),
        _access(  # what a link lets through has to be the caller's to give
            "cloudwatch", "Link", "arn:aws:cloudwatch:{region}:{account}:*"
        ),
        _access("logs", "Link", "arn:aws:logs:*:{account}:*"),
        _access("xray", "Link", "arn:aws:xray:{region}:{account}:*"),
    ],
    "s3": [  # of the evidence: whoever deploys can neither read nor delete what is kept
        _access(
            "s3",
            "CreateBucket DeleteBucket ListBucket GetBucketAcl GetBucketCORS GetBucketWebsite"
            " GetBucketLogging GetBucketVersioning PutBucketVersioning GetAccelerateConfiguration"
            " GetBucketRequestPayment GetReplicationConfiguration GetEncryptionConfiguration"
            " PutEncryptionConfiguration GetLifecycleConfiguration PutLifecycleConfiguration"
            " GetBucketObjectLockConfiguration PutBucketObjectLockConfiguration GetBucketTagging"
            " PutBucketTagging GetBucketPublicAccessBlock PutBucketPublicAccessBlock GetBucketPolicy"
            " PutBucketPolicy DeleteBucketPolicy"
            f" {_TAGS}",
            "arn:aws:s3:::{base}-*",
        ),
    ],
    "route53": [  # the zone is named by its id
        _access(
            "route53",
            "GetHostedZone ListResourceRecordSets ChangeResourceRecordSets",
            "arn:aws:route53:::hostedzone/*",
        ),
        _access("route53", "GetChange", "arn:aws:route53:::change/*"),
    ],
    "sagemaker": [
        _access(
            "sagemaker",
            "CreateModel DescribeModel DeleteModel CreateEndpointConfig DescribeEndpointConfig"
            " DeleteEndpointConfig CreateEndpoint DescribeEndpoint UpdateEndpoint DeleteEndpoint"
            " UpdateEndpointWeightsAndCapacities AddTags ListTags DeleteTags",
            "arn:aws:sagemaker:{region}:{account}:model/{base}-*",
            "arn:aws:sagemaker:{region}:{account}:endpoint-config/{base}-*",
            "arn:aws:sagemaker:{region}:{account}:endpoint/{base}-*",
        ),
    ],
    "scheduler": [
        _access(
            "scheduler",
            "CreateSchedule GetSchedule UpdateSchedule DeleteSchedule",
            "arn:aws:scheduler:*:{account}:schedule/default/{base}-*",
        ),
    ],
    "secretsmanager": [
        _access(
            "secretsmanager",
            "CreateSecret DescribeSecret GetSecretValue PutSecretValue UpdateSecret UpdateSecretVersionStage"
            " DeleteSecret GetResourcePolicy PutResourcePolicy DeleteResourcePolicy TagResource"
            " UntagResource",
            "arn:aws:secretsmanager:*:{account}:secret:{base}-*",
        ),
    ],
    "sns": [
        _access(
            "sns",
            "CreateTopic GetTopicAttributes SetTopicAttributes DeleteTopic Subscribe Unsubscribe"
            f" GetSubscriptionAttributes SetSubscriptionAttributes {_TAGS}",
            "arn:aws:sns:{region}:{account}:{base}-*",  # a subscription's ARN begins with its topic's
        ),
    ],
    "sqs": [
        _access(
            "sqs",
            "CreateQueue GetQueueAttributes SetQueueAttributes GetQueueUrl DeleteQueue ListQueueTags TagQueue"
            " UntagQueue",
            "arn:aws:sqs:*:{account}:{base}-*",
        ),
    ],
    "wafv2": [
        _access(
            "wafv2",
            f"CreateWebACL GetWebACL UpdateWebACL DeleteWebACL AssociateWebACL DisassociateWebACL {_TAGS}",
            "arn:aws:wafv2:{region}:{account}:regional/webacl/{base}/*",
            "arn:aws:wafv2:{region}:{account}:regional/managedruleset/*/*",
        ),
        _access(
            "wafv2",
            "AssociateWebACL DisassociateWebACL GetWebACLForResource",
            "arn:aws:apigateway:{region}::/restapis/*/stages/*",
        ),
    ],
    "xray": [
        _access(
            "xray",
            f"CreateGroup GetGroup UpdateGroup DeleteGroup CreateSamplingRule UpdateSamplingRule"
            f" DeleteSamplingRule {_TAGS}",
            "arn:aws:xray:{region}:{account}:group/{base}-*",
            "arn:aws:xray:{region}:{account}:sampling-rule/{base}-*",
        ),
        _access("xray", "GetSamplingRules", "*"),  # lists them all
    ],
}


def statements(bases: Sequence[str], *, region: str, account_id: str) -> list[dict[str, Any]]:
    """The statements for everything whose name begins with one of `bases`."""
    found = []
    for access in (each for group in ACCESS.values() for each in group):
        resources = [
            resource.format(base=base, region=region, account=account_id)
            for resource in access.resources
            for base in (bases if "{base}" in resource else bases[:1])
        ]
        actions = [f"{access.service}:{action}" for action in access.actions]
        found.append(iam.allow(actions, resources, access.condition))
    return found


def parts(listed: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The statements in as few policies as hold them, in their order."""
    part: list[dict[str, Any]] = []
    for statement in listed:
        if part and sum(map(_length, part)) + _length(statement) > LONGEST:
            yield part
            part = []
        part.append(statement)
    yield part


def _length(statement: Mapping[str, Any]) -> int:
    return len(json.dumps(statement, default=lambda _: "x" * 80))  # an output: an ARN
