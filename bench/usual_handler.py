"""The inference function as it is usually written, to measure ours beside it: boto3 and the X-Ray SDK.

Deliberately no more than a team's first version: no time budget, no retries of its own, no cache.
"""

import json
import os
from typing import Any

import boto3
from aws_xray_sdk.core import patch_all, xray_recorder

patch_all()
REGION = os.environ["AWS_REGION"]
table: Any = boto3.resource("dynamodb", region_name=REGION).Table(os.environ["TABLE_NAME"])
endpoint = boto3.client("sagemaker-runtime", region_name=REGION)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Look the lot up, ask the model, answer."""
    request = json.loads(event["body"])
    with xray_recorder.in_subsegment("lookup"):
        item = table.get_item(Key={"id": request["id"]})["Item"]
    features = {name: float(value) for name, value in item.items() if name != "id"}
    body = json.dumps({"instances": [{**features, **request["measurements"]}]})
    with xray_recorder.in_subsegment("predict"):
        answer = endpoint.invoke_endpoint(
            EndpointName=os.environ["ENDPOINT_NAME"], ContentType="application/json", Body=body
        )
    predicted = json.loads(answer["Body"].read())["predictions"][0]
    return {"statusCode": 200, "body": json.dumps({"id": request["id"], **predicted})}
