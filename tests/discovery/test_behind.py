"""Functions, tables and endpoints behind an API: by what they are found, and what is said of the others."""

from typing import Any

import pytest

from discovery.behind.grants import Grant, read
from tests.discovery.cloud import (
    ACCOUNT,
    CONFIGURATION,
    INVOKE,
    REGION,
    ROLE,
    Answers,
    found,
    proxy,
    refused,
    rest,
)


def test_a_function_s_tables_and_endpoints_are_those_its_environment_names() -> None:
    answers = rest(("/orders", "GET", proxy("read:live")))
    answers |= {
        "lambda__get_function_configuration": lambda FunctionName, Qualifier: (  # noqa: N803  # boto3's names
            CONFIGURATION if (FunctionName, Qualifier) == ("read", "live") else {}
        ),
        "lambda__get_function_concurrency": {"ReservedConcurrentExecutions": 7},
        "dynamodb__list_tables": {"TableNames": ["orders", "others", "prod2"]},
        "cloudwatch__list_metrics": {
            "Metrics": [{"Dimensions": [{"Name": "Operation", "Value": o}]} for o in ("Query", "GetItem")]
        },
        "sagemaker__list_endpoints": {"Endpoints": [{"EndpointName": "fraud"}, {"EndpointName": "churn"}]},
        "sagemaker__describe_endpoint": {"EndpointConfigName": "fraud-7"},
        "sagemaker__describe_endpoint_config": {
            "ProductionVariants": [
                {"VariantName": "blue", "InstanceType": "ml.g4dn.12xlarge"},
                {"VariantName": "green", "ServerlessConfig": {"MemorySizeInMB": 2048}},
            ]
        },
        "ec2__describe_instance_types": {"InstanceTypes": [{"GpuInfo": {"Gpus": [{"Count": 4}]}}]},
    }
    all_ = found(answers)
    assert all_.unseen == ()
    assert [(f.name, f.timeout_s, f.memory_mb, f.reserved_concurrency) for f in all_.functions] == [
        ("read", 5, 256, 7)
    ]
    assert [(t.name, t.operations) for t in all_.tables] == [("orders", ("GetItem", "Query"))]
    assert [(e.name, e.variant, e.instance_type, e.gpus) for e in all_.endpoints] == [
        ("fraud", "blue", "ml.g4dn.12xlarge", 4),
        ("fraud", "green", None, 0),
    ]


def test_a_role_s_policies_name_tables_that_no_environment_does() -> None:
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table"
    statement = {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem"],
        "Resource": [f"{arn}/orders-*", f"{arn}/x"],
    }
    attached = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": f"{arn}/audit/index/*"}
    answers = rest(("/", "GET", proxy("read"))) | {
        "lambda__get_function_configuration": {"Timeout": 3, "Role": ROLE},
        "iam__list_role_policies": {"PolicyNames": ["own"]},
        "iam__get_role_policy": lambda RoleName, PolicyName: {  # noqa: N803
            "PolicyDocument": {
                "Statement": statement if (RoleName, PolicyName) == ("orders-role", "own") else []
            }
        },
        "iam__list_attached_role_policies": {"AttachedPolicies": [{"PolicyArn": "arn:p"}]},
        "iam__get_policy": {"Policy": {"DefaultVersionId": "v2"}},
        "iam__get_policy_version": lambda PolicyArn, VersionId: {  # noqa: N803
            "PolicyVersion": {"Document": {"Statement": [attached] if VersionId == "v2" else PolicyArn}}
        },
        "dynamodb__list_tables": {"TableNames": ["orders-eu", "audit", "other"]},
    }
    (table,) = found(answers).tables
    assert (table.name, table.operations, table.why) == ("orders-eu", ("GetItem",), "all that policies allow")


@pytest.mark.parametrize("value", [f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders", "orders"])
def test_without_listing_tables_each_name_in_the_environment_is_asked_for(value: str) -> None:
    def describe(TableName: str) -> dict[str, Any]:  # noqa: N803
        if TableName != "orders":
            raise refused("ResourceNotFoundException")
        return {"Table": {}}

    answers = rest(("/", "GET", proxy("f"))) | {
        "lambda__get_function_configuration": {
            "Timeout": 3,
            "Role": ROLE,
            "Environment": {"Variables": {"A": value, "B": "some-name", "C": "https://x.example.com/"}},
        },
        "dynamodb__list_tables": refused(),
        "dynamodb__describe_table": describe,
        "sagemaker__list_endpoints": {"Endpoints": []},
    }
    all_ = found(answers)
    assert [table.name for table in all_.tables] == ["orders"]
    assert all_.unseen[0].startswith("dynamodb:ListTables is not allowed")


def test_a_grant_names_a_resource_only_where_it_does_not_mean_all_of_them() -> None:
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
    for resource, names in (
        (arn, True),
        (f"{arn[:-3]}*", True),
        ("arn:aws:dynamodb:*:*:table/*ders", True),
        (f"{arn[:-6]}*", False),
        (f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:*", False),
        ("arn:aws:dynamodb:*:*:*", False),
        ("*", False),
    ):
        all_ = found(allowing("dynamodb:GetItem", ["arn:aws:s3:::x", resource]))
        assert [table.name for table in all_.tables] == (["orders"] if names else []), resource
        told = [s for s in all_.unseen if "neither an environment variable nor a policy names" in s]
        assert (told == []) is names, resource
    assert Grant(actions=["DynamoDB:Get*"], resources=[]).allows("dynamodb:GetItem")
    assert list(read({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})) == []


def allowing(actions: Any, resources: Any, **environment: str) -> Answers:
    """An API with one function and its role's policy; there are tables `orders`, `audit` and an endpoint."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return rest(("/", "GET", proxy("read"))) | {
        "lambda__get_function_configuration": {
            "Timeout": 3,
            "Role": ROLE,
            "Environment": {"Variables": environment},
        },
        "iam__list_role_policies": {"PolicyNames": ["own"]},
        "iam__get_role_policy": {"PolicyDocument": {"Statement": [statement]}},
        "dynamodb__list_tables": {"TableNames": ["audit", "orders"]},
        "sagemaker__list_endpoints": {"Endpoints": [{"EndpointName": "Fraud-aB1"}]},
    }


@pytest.mark.parametrize(
    ("statements", "operations", "guessed"),
    [
        (
            [["Scan"], ["GetItem"], ["PutItem"], ["DeleteItem"]],
            ("GetItem", "Scan", "PutItem", "DeleteItem"),
            False,
        ),
        ([["DeleteItem"], ["*"]], ("GetItem", "Query", "Scan", "PutItem", "DeleteItem"), True),
        (
            [["UpdateItem", "DeleteItem", "BatchGetItem", "BatchWriteItem"]],
            ("BatchGetItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
            True,
        ),
    ],
)
def test_operations_are_certain_where_each_policy_allows_few(
    statements: list[list[str]], operations: tuple[str, ...], guessed: bool
) -> None:
    answers = allowing([], [])
    answers["iam__get_role_policy"]["PolicyDocument"]["Statement"] = [
        {
            "Effect": "Allow",
            "Action": [f"dynamodb:{action}" for action in actions],
            "Resource": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders",
        }
        for actions in statements
    ]
    all_ = found(answers)
    assert [(table.name, table.operations) for table in all_.tables] == [("orders", operations)]
    assert (all_.unseen != ()) is guessed


@pytest.mark.parametrize("named", ["Fraud-aB1", f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/fraud-ab1"])
def test_an_endpoint_is_found_by_its_arn_which_has_small_letters(named: str) -> None:
    policy = allowing(
        "sagemaker:InvokeEndpoint", f"arn:aws:sagemaker:*:*:endpoint/{named.rpartition('/')[2]}"
    )
    variable = allowing("sagemaker:InvokeEndpoint", "*", MODEL=named)
    for answers in (policy, variable):
        all_ = found(answers, sagemaker__describe_endpoint={"EndpointConfigName": "c"})
        assert ([endpoint.name for endpoint in all_.endpoints], all_.unseen) == (["Fraud-aB1"], ())


def test_what_a_role_that_a_function_assumes_may_do_is_the_function_s() -> None:
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
    answers = allowing([], [], ACCESS_ROLE=f"arn:aws:iam::{ACCOUNT}:role/access")
    answers["iam__get_role_policy"] = lambda RoleName, PolicyName: {  # noqa: N803, ARG005  # boto3's names
        "PolicyDocument": {
            "Statement": {
                "Effect": "Allow",
                "Action": "dynamodb:Query" if RoleName == "access" else "logs:*",
                "Resource": table,
            }
        }
    }
    assert [(one.name, one.operations) for one in found(answers).tables] == [("orders", ("Query",))]


def test_a_template_without_a_table_leaves_it_to_the_role_s_policies() -> None:
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
    answers = allowing(["dynamodb:UpdateItem", "dynamodb:Scan"], table)
    broken = {
        "type": "AWS",
        "credentials": ROLE,
        "uri": f"arn:aws:apigateway:{REGION}:dynamodb:action/UpdateItem",
    }
    answers |= rest(("/", "POST", broken))
    assert [(one.name, one.operations) for one in found(answers).tables] == [("orders", ("UpdateItem",))]
    (told,) = found({**answers, "iam__get_role_policy": {}}).unseen
    assert told.startswith(
        "Which table POST / uses (UpdateItem) is neither in its template nor in its role's"
    )


def test_a_table_that_the_gateway_asks_itself_may_be_a_function_s_too() -> None:
    own = {
        "type": "AWS",
        "credentials": f"{ROLE}-gateway",
        "uri": f"arn:aws:apigateway:{REGION}:dynamodb:action/GetItem",
        "requestTemplates": {"application/json": '{"TableName": "orders"}'},
    }
    begun = proxy("write") | {
        "type": "AWS",
        "requestParameters": {"integration.request.header.X-Amz-Invocation-Type": "'Event'"},
    }
    gateway = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    answers = allowing("dynamodb:PutItem", "*", TABLE="orders")
    writes = answers["iam__get_role_policy"]
    answers["iam__get_role_policy"] = lambda RoleName, PolicyName: (  # noqa: N803, ARG005  # boto3's names
        {"PolicyDocument": {"Statement": gateway}} if RoleName.endswith("-gateway") else writes
    )
    both = found({**answers, **rest(("/", "GET", own), ("/", "POST", begun))})
    assert [(one.name, one.operations) for one in both.tables] == [("orders", ("GetItem", "PutItem"))]
    assert [route.awaited for route in both.api.routes] == [True, False]
    (alone,) = found({**answers, **rest(("/", "GET", own))}).tables
    assert (alone.operations, alone.why) == (("GetItem",), "the gateway's own integrations")


def test_a_gateway_that_may_use_every_table_uses_the_one_that_its_integration_names() -> None:
    query = {
        "type": "AWS",
        "credentials": ROLE,
        "uri": f"arn:aws:apigateway:{REGION}:dynamodb:action/Query",
        "requestTemplates": {"application/json": '{"TableName": "orders"}'},
    }
    all_ = found(allowing("dynamodb:*", "*") | rest(("/", "GET", query)))
    assert [(one.name, one.operations) for one in all_.tables] == [("orders", ("Query",))]
    assert all_.unseen == ()


def test_a_policy_of_many_roles_is_read_once_and_one_of_aws_that_is_missing_is_not_missed() -> None:
    asked: list[str] = []

    def policy(PolicyArn: str) -> dict[str, Any]:  # noqa: N803
        asked.append(PolicyArn)
        raise refused("NoSuchEntity")

    own, aws = f"arn:aws:iam::{ACCOUNT}:policy/own", "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"
    answers = rest(("/a", "GET", proxy("a")), ("/b", "GET", proxy("b"))) | {
        "lambda__get_function_configuration": lambda FunctionName, **_: {"Role": f"{ROLE}-{FunctionName}"},  # noqa: N803
        "iam__list_attached_role_policies": {"AttachedPolicies": [{"PolicyArn": own}, {"PolicyArn": aws}]},
        "iam__get_policy": policy,
    }
    (told,) = found(answers).unseen
    assert told == f"iam:GetPolicy of {own} found nothing, so what roles may do by it is not known"
    assert asked == [own, aws]


def test_a_function_that_is_gone_is_left_out_and_one_without_its_alias_is_not() -> None:
    def configuration(FunctionName: str, Qualifier: str = "") -> dict[str, Any]:  # noqa: N803
        if (FunctionName, Qualifier) in (("old", ""), ("read", "live")):
            raise refused("ResourceNotFoundException", 404)
        return {"Timeout": 5, "Role": ""}

    answers = rest(("/old", "GET", proxy("old")), ("/", "GET", proxy("read:live")))
    all_ = found(answers, lambda__get_function_configuration=configuration)
    assert [(function.name, function.timeout_s) for function in all_.functions] == [("read", 5)]
    assert [sentence.split(",")[0] for sentence in all_.unseen] == [
        "Function old does not exist",
        "Function read has no alias or version live",
    ]


def test_a_function_that_is_switched_off_and_an_environment_that_is_locked_are_told() -> None:
    answers = rest(("/", "GET", proxy("read"))) | {
        "lambda__get_function_configuration": {
            "Environment": {"Error": {"ErrorCode": "AccessDeniedException"}}
        },
        "lambda__get_function_concurrency": {"ReservedConcurrentExecutions": 0},
    }
    all_ = found(answers)
    assert [function.reserved_concurrency for function in all_.functions] == [None]
    assert [sentence.split(",")[0] for sentence in all_.unseen] == [
        "Function read has a reserved concurrency of 0",
        "The environment of read cannot be decrypted with these credentials",
    ]


def test_what_is_in_another_region_is_told_and_left_out() -> None:
    far = "arn:aws:{}:us-east-1:" + ACCOUNT
    query = {"type": "AWS", "uri": "arn:aws:apigateway:us-east-1:dynamodb:action/Query"}
    answers = allowing("dynamodb:Query", f"{far.format('dynamodb')}:table/orders")
    answers |= rest(
        ("/", "GET", proxy("read")),
        ("/far", "GET", {"uri": INVOKE.format(f"{far.format('lambda')}:function:far"), "type": "AWS_PROXY"}),
        ("/q", "GET", query),
    )
    all_ = found(answers)
    assert ([function.name for function in all_.functions], all_.tables) == (["read"], [])
    assert [sentence.split(", whose")[0] for sentence in all_.unseen] == [
        "Function far is in region us-east-1",
        f"The table orders of function read is in account {ACCOUNT}, region us-east-1",
        "The table of GET /q is in region us-east-1",
    ]


def test_without_listing_no_secret_of_an_environment_is_asked_for_or_repeated() -> None:
    asked: list[str] = []

    def describe(TableName: str) -> dict[str, Any]:  # noqa: N803
        asked.append(TableName)
        raise refused()

    answers = allowing([], [], API_TOKEN="hush1", DB_PASSWORD="hush2", TOKEN_TABLE="tokens", LEVEL="INFO")
    told = " ".join(found(answers, dynamodb__list_tables=refused(), dynamodb__describe_table=describe).unseen)
    assert asked == ["INFO", "tokens"]
    assert "dynamodb:DescribeTable is not allowed" in told
    assert not [word for word in ("hush", "INFO", "tokens") if word in told]
