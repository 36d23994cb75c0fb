"""Every call that is made, with the permission that it needs: the least IAM policy is made from these.

Listings have no narrower resource than `*` (Service Authorization Reference). API Gateway's actions are HTTP
methods on paths. Whoever has credentials may ask STS whose they are, so that call is not among these.
"""

from discovery.account import Call

_APIGW = "arn:aws:apigateway:{region}::"


def _gateway(operation: str, *paths: str, service: str = "apigateway") -> Call:
    return Call(
        service=service,
        operation=operation,
        action="apigateway:GET",
        resources=tuple(f"{_APIGW}{path}" for path in paths),
    )


REST_API = _gateway("get_rest_api", "/restapis/{api}")
REST_APIS = _gateway("get_rest_apis", "/restapis")
REST_STAGES = _gateway("get_stages", "/restapis/{api}/stages")
REST_RESOURCES = _gateway("get_resources", "/restapis/{api}/resources")
REST_INTEGRATION = _gateway("get_integration", "/restapis/{api}/resources/*/methods/*/integration")
REST_METHOD = _gateway("get_method", "/restapis/{api}/resources/*/methods/*")
REST_AUTHORIZERS = _gateway("get_authorizers", "/restapis/{api}/authorizers")
PLANS = _gateway("get_usage_plans", "/usageplans")
ACCOUNT_LIMITS = _gateway("get_account", "/account")
REST_DOMAINS = _gateway("get_domain_names", "/domainnames")
REST_MAPPINGS = _gateway("get_base_path_mappings", "/domainnames/*/basepathmappings")
HTTP_API = _gateway("get_api", "/apis/{api}", service="apigatewayv2")
HTTP_APIS = _gateway("get_apis", "/apis", service="apigatewayv2")
HTTP_STAGES = _gateway("get_stages", "/apis/{api}/stages", service="apigatewayv2")
HTTP_ROUTES = _gateway("get_routes", "/apis/{api}/routes", service="apigatewayv2")
HTTP_INTEGRATIONS = _gateway("get_integrations", "/apis/{api}/integrations", service="apigatewayv2")
HTTP_AUTHORIZERS = _gateway("get_authorizers", "/apis/{api}/authorizers", service="apigatewayv2")
HTTP_DOMAINS = _gateway("get_domain_names", "/domainnames", service="apigatewayv2")
HTTP_MAPPINGS = _gateway("get_api_mappings", "/domainnames/*/apimappings", service="apigatewayv2")

_FUNCTION = ("arn:aws:lambda:{region}:{account}:function:*",)
FUNCTION = Call(
    service="lambda",
    operation="get_function_configuration",
    action="lambda:GetFunctionConfiguration",
    resources=_FUNCTION,
)
CONCURRENCY = Call(
    service="lambda",
    operation="get_function_concurrency",
    action="lambda:GetFunctionConcurrency",
    resources=_FUNCTION,
)
ALIAS = Call(service="lambda", operation="get_alias", action="lambda:GetAlias", resources=_FUNCTION)

_ROLE, _POLICY = (
    ("arn:aws:iam::{account}:role/*",),
    ("arn:aws:iam::{account}:policy/*", "arn:aws:iam::aws:policy/*"),
)
ROLE_POLICIES = Call(
    service="iam", operation="list_role_policies", action="iam:ListRolePolicies", resources=_ROLE
)
ROLE_POLICY = Call(service="iam", operation="get_role_policy", action="iam:GetRolePolicy", resources=_ROLE)
ATTACHED = Call(
    service="iam",
    operation="list_attached_role_policies",
    action="iam:ListAttachedRolePolicies",
    resources=_ROLE,
)
POLICY = Call(service="iam", operation="get_policy", action="iam:GetPolicy", resources=_POLICY)
POLICY_VERSION = Call(
    service="iam", operation="get_policy_version", action="iam:GetPolicyVersion", resources=_POLICY
)

TABLE = Call(
    service="dynamodb",
    operation="describe_table",
    action="dynamodb:DescribeTable",
    resources=("arn:aws:dynamodb:{region}:{account}:table/*",),
)
TABLES = Call(service="dynamodb", operation="list_tables", action="dynamodb:ListTables")
ENDPOINTS = Call(service="sagemaker", operation="list_endpoints", action="sagemaker:ListEndpoints")
ENDPOINT = Call(
    service="sagemaker",
    operation="describe_endpoint",
    action="sagemaker:DescribeEndpoint",
    resources=("arn:aws:sagemaker:{region}:{account}:endpoint/*",),
)
ENDPOINT_CONFIG = Call(
    service="sagemaker",
    operation="describe_endpoint_config",
    action="sagemaker:DescribeEndpointConfig",
    resources=("arn:aws:sagemaker:{region}:{account}:endpoint-config/*",),
)
METRICS = Call(service="cloudwatch", operation="list_metrics", action="cloudwatch:ListMetrics")
INSTANCE_TYPES = Call(service="ec2", operation="describe_instance_types", action="ec2:DescribeInstanceTypes")

ALL: tuple[Call, ...] = tuple(value for value in dict(globals()).values() if isinstance(value, Call))
