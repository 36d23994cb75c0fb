"""What integrations lead to, read from their addresses."""

from typing import Any

import pytest

from discovery.found import Target
from discovery.integrations import http_target, rest_target
from tests.discovery.cloud import ACCOUNT, FUNCTION, INVOKE, REGION, ROLE, proxy


@pytest.mark.parametrize(
    ("integration", "target"),
    [
        (proxy("read"), Target(kind="function", name="read", region=REGION, account_id=ACCOUNT)),
        (
            proxy("read:live"),
            Target(kind="function", name="read", qualifier="live", region=REGION, account_id=ACCOUNT),
        ),
        (
            {
                "type": "AWS",
                "uri": INVOKE.format(f"{FUNCTION}:${{stageVariables.fn}}:${{stageVariables.alias}}"),
            },
            Target(kind="function", name="orders-read", qualifier="blue", region=REGION, account_id=ACCOUNT),
        ),
        (
            {"type": "AWS", "uri": INVOKE.format(f"{FUNCTION}:${{stageVariables.none}}")},
            Target(
                kind="other",
                name=INVOKE.format(f"{FUNCTION}:${{stageVariables.none}}")
                + " (its stage variable is not set)",
            ),
        ),
        ({"type": "MOCK"}, Target(kind="nothing")),
        (
            {
                "type": "AWS",
                "uri": f"arn:aws:apigateway:{REGION}:dynamodb:action/GetItem",
                "credentials": ROLE,
                "requestTemplates": {"application/json": '{"TableName" : "Music", "Key": {}}'},
            },
            Target(kind="table", name="Music", operation="GetItem", role=ROLE, region=REGION),
        ),
        (
            {
                "type": "AWS",
                "uri": f"arn:aws:apigateway:{REGION}:runtime.sagemaker:path//endpoints/fraud-1/invocations",
                "credentials": ROLE,
            },
            Target(kind="endpoint", name="fraud-1", role=ROLE, region=REGION),
        ),
        (
            {"type": "AWS", "uri": f"arn:aws:apigateway:{REGION}:states:action/StartExecution"},
            Target(kind="other", name="a Step Functions state machine"),
        ),
        (
            {"type": "AWS", "uri": f"arn:aws:apigateway:{REGION}:sqs:path/{ACCOUNT}/q"},
            Target(kind="other", name="an SQS queue"),
        ),
        (
            {"type": "HTTP_PROXY", "uri": "https://backend.example.com/{proxy}"},
            Target(kind="other", name="the address https://backend.example.com/{proxy}"),
        ),
    ],
)
def test_an_integration_of_a_rest_api_is_read_from_its_address(
    integration: dict[str, Any], target: Target
) -> None:
    assert rest_target(integration, {"fn": "orders-read", "alias": "blue"}) == target


@pytest.mark.parametrize(
    ("integration", "target"),
    [
        (
            {"IntegrationType": "AWS_PROXY", "IntegrationUri": f"{FUNCTION}:put"},
            Target(kind="function", name="put", region=REGION, account_id=ACCOUNT),
        ),
        (
            {"IntegrationType": "AWS_PROXY", "IntegrationUri": INVOKE.format(f"{FUNCTION}:put:live")},
            Target(kind="function", name="put", qualifier="live", region=REGION, account_id=ACCOUNT),
        ),
        (
            {"IntegrationType": "AWS_PROXY", "IntegrationSubtype": "StepFunctions-StartExecution"},
            Target(kind="other", name="a Step Functions state machine"),
        ),
        (
            {"IntegrationType": "AWS_PROXY", "IntegrationSubtype": "EventBridge-PutEvents"},
            Target(kind="other", name="an EventBridge bus"),
        ),
        (
            {"IntegrationType": "HTTP_PROXY", "IntegrationUri": f"arn:aws:elasticloadbalancing:{REGION}:1:l"},
            Target(kind="other", name=f"the address arn:aws:elasticloadbalancing:{REGION}:1:l"),
        ),
    ],
)
def test_an_integration_of_an_http_api_is_read_likewise(integration: dict[str, Any], target: Target) -> None:
    assert http_target(integration, {}) == target


@pytest.mark.parametrize(
    ("template", "table"),
    [
        ('{"TableName": "Music", "Key": {}}', "Music"),
        ('{"TableName": "$stageVariables.table"}', "orders-blue"),
        ('{"TableName": "${stageVariables.table}"}', "orders-blue"),
        (f'{{"TableName": "arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/Music"}}', "Music"),
        ('{"RequestItems": {"Music": {"Keys": []}}}', "Music"),
        ('{\n  "TableName": "Music,\n  "Key": {}}', ""),  # as a public example has it
        ('{"TableName": "$input.params(\'table\')"}', ""),
    ],
)
def test_a_table_is_named_by_its_template_or_by_none(template: str, table: str) -> None:
    integration = {
        "type": "AWS",
        "uri": f"arn:aws:apigateway:{REGION}:dynamodb:action/Query",
        "requestTemplates": {"application/json": template},
    }
    assert rest_target(integration, {"table": "orders-blue"}).name == table


def test_what_cannot_be_watched_is_called_by_its_name() -> None:
    statement = {"type": "AWS", "uri": f"arn:aws:apigateway:{REGION}:dynamodb:action/ExecuteStatement"}
    assert rest_target(statement, {}) == Target(kind="other", name="DynamoDB's ExecuteStatement")
    hidden = {"IntegrationType": "AWS_PROXY", "IntegrationUri": ""}
    assert http_target(hidden, {}) == Target(kind="other", name="what its AWS_PROXY integration hides")
