"""The REST API: the contract plus what only API Gateway understands.

The service's `openapi.yaml` is the only description of the API. What a call needs is the contract's to say: a
signature and an API key unless it says otherwise. The resource policy lets in the canary's role and the
callers of the settings, and IAM decides for the own account.
The policy is part of the document: since terraform-provider-aws 6.48, so in the pinned pulumi-aws 7.51, one
that a `RestApiPolicy` attaches is lost at the next change of the document (its issue 49672); before, a
change of one in the document was undone (its issue 38515).
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.service.access.authorizers import gateway_schemes
from components.service.access.authorizers import permissions as authorizer_permissions
from components.service.access.domain import CustomDomain, CustomDomainArgs
from components.service.access.policies import check_length, resource_policy
from components.service.access_log import answered_latency, line_format
from components.service.contract import gateway_document
from components.service.waf import Waf, WafArgs
from components.shared.common import Common
from components.shared.function import PythonFunction
from monitoring.names import access_log_group, canary_name
from monitoring.watched import Watched, WatchedApi
from settings.api import Api as ApiSettings
from settings.service.contract import Contract

# In the document, so that the API is deployed anew, without which it would have no effect.
NO_DEFAULT_ENDPOINT = {"x-amazon-apigateway-endpoint-configuration": {"disableExecuteApiEndpoint": True}}


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiArgs:
    """`watched` has the names, `stage` those of the API; the canary's role is in account"
    " `canary_account_id`."""

    common: Common
    watched: Watched
    stage: WatchedApi
    contract: Contract
    function: PythonFunction
    canary_account_id: str
    deletion_protection: bool
    settings: ApiSettings


class Api(pulumi.ComponentResource):
    """API, deployment and stage. `url` is the address below which the contract's paths are: the stage's, or
    the domain's, whose DNS record `dns` describes.

    `signed` are the operations that IAM decides about, by id, as IAM names them behind `execution_arn`.
    """

    api_id: pulumi.Output[str]
    execution_arn: pulumi.Output[str]
    signed: dict[str, str]
    stage_name: pulumi.Output[str]
    url: pulumi.Output[str]
    dns: pulumi.Output[dict[str, Any]] | None

    def __init__(self, name: str, args: ApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:api:Api", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        watched = args.watched
        operations = args.contract.operations.values()
        callable_ = {o.id: f"{args.stage.stage}/{o.resource}" for o in operations}
        self.signed = {o.id: callable_[o.id] for o in operations if o.security.signature}
        policy = resource_policy(
            f"arn:aws:iam::{args.canary_account_id}:role/{canary_name(watched.name)}",
            args.settings.callers,
            self.signed,
            [callable_[o.id] for o in operations if args.settings.lets_everybody_in(o.security)],
        )
        check_length(policy)
        authorizers = args.settings.authorizers
        tokens = gateway_schemes(args.contract, authorizers, watched.region)
        closed = args.settings.domain is not None and not args.settings.domain.default_endpoint
        body = args.function.alias_invoke_arn.apply(
            lambda invoke_arn: json.dumps(
                gateway_document(args.contract, args.stage.name, invoke_arn, policy, tokens)
                | (NO_DEFAULT_ENDPOINT if closed else {}),
                sort_keys=True,
            )
        )
        api = aws.apigateway.RestApi(
            f"{name}-api",
            name=args.stage.name,
            body=body,
            endpoint_configuration={"types": "REGIONAL"},
            disable_execute_api_endpoint=closed,
            # Its id is in the address that customers call.
            opts=pulumi.ResourceOptions(parent=self, protect=args.deletion_protection),
        )
        permissions = [
            aws.lambda_.Permission(
                f"{name}-invoke-{operation}",
                action="lambda:InvokeFunction",
                function=args.function.function_name,
                qualifier=args.function.alias_name,
                principal="apigateway.amazonaws.com",
                source_arn=pulumi.Output.concat(api.execution_arn, "/", resource),
                opts=child,
            )
            for operation, resource in callable_.items()
        ]
        permissions += authorizer_permissions(name, authorizers, watched.account_id, api.execution_arn, child)
        deployment = aws.apigateway.Deployment(
            f"{name}-deployment",
            rest_api=api.id,
            triggers={"contract": body.apply(lambda text: hashlib.sha256(text.encode()).hexdigest())},
            opts=pulumi.ResourceOptions(parent=self, depends_on=permissions),
        )
        stage = self._stage(name, args, api, deployment)
        self.api_id, self.execution_arn = api.id, api.execution_arn
        self.stage_name = stage.stage_name
        self.url, self.dns = stage.invoke_url, None
        if args.settings.domain:
            domain = CustomDomain(
                f"{name}-domain",
                CustomDomainArgs(
                    api_id=api.id,
                    stage_name=stage.stage_name,
                    deletion_protection=args.deletion_protection,
                    settings=args.settings.domain,
                ),
                opts=child,
            )
            self.url, self.dns = domain.url, domain.dns
        if args.settings.waf:
            Waf(
                f"{name}-waf",
                WafArgs(
                    acl_name=args.stage.name,
                    stage_arn=stage.arn,
                    largest_body=args.contract.largest_body,
                    settings=args.settings.waf,
                ),
                opts=child,
            )
        self.register_outputs({"url": self.url})

    def _stage(
        self, name: str, args: ApiArgs, api: aws.apigateway.RestApi, deployment: aws.apigateway.Deployment
    ) -> aws.apigateway.Stage:
        child = pulumi.ResourceOptions(parent=self)
        access_logs = aws.cloudwatch.LogGroup(
            f"{name}-access-logs",
            name=access_log_group(args.watched.name),
            retention_in_days=args.common.log_retention_days,
            kms_key_id=args.common.key_arn,
            opts=child,
        )
        answered_latency(f"{name}-answered-latency", args.watched, access_logs, child)
        # API Gateway would make this group itself, without retention or key, at the first request.
        execution_logs = aws.cloudwatch.LogGroup(
            f"{name}-execution-logs",
            name=api.id.apply(lambda api_id: f"API-Gateway-Execution-Logs_{api_id}/{args.stage.stage}"),
            retention_in_days=args.common.log_retention_days,
            kms_key_id=args.common.key_arn,
            opts=child,
        )
        stage = aws.apigateway.Stage(
            f"{name}-stage",
            rest_api=api.id,
            deployment=deployment.id,
            stage_name=args.stage.stage,
            xray_tracing_enabled=True,
            access_log_settings={
                "destination_arn": access_logs.arn,
                "format": line_format(args.watched.name),
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[execution_logs]),
        )
        aws.apigateway.MethodSettings(
            f"{name}-settings",
            rest_api=api.id,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings={
                "metrics_enabled": True,
                "logging_level": "ERROR",
                "data_trace_enabled": False,
                "throttling_rate_limit": args.settings.rate_per_s,
                "throttling_burst_limit": args.settings.burst,
            },
            opts=child,
        )
        return stage
