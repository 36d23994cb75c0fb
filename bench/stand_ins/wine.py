"""The shipped wine service as the inference function has it."""

import json
from typing import Any

from bench.stand_ins.loopback import reply
from components.shared import packages
from handlers.canary.probes import Probe, assembled
from services.wine.functions import ANALYSIS
from settings.probes import exported
from settings.service import load, package, probing, running
from settings.service.reading import Service

SERVICE: Service = load("wine")
SCHEMAS: dict[str, Any] = SERVICE.contract.document["components"]["schemas"]
PROBES = probing.exported(SERVICE)
packages.generate(
    {**package.files(SERVICE), **exported.files(PROBES)}
)  # for processes that run the handler from the source tree
OPERATIONS = running.operations(SERVICE)
VALID: dict[str, Any] = {
    "id": "lot-001",
    "measurements": {"color_intensity": 5.64, "hue": 1.04, "proline": 1065},
}
ITEM = {"id": {"S": "lot-001"}, **{name: {"N": str(n + 0.5)} for n, name in enumerate(ANALYSIS)}}
EVENT: dict[str, Any] = {
    "httpMethod": "POST",
    "resource": "/v1/predictions",
    "body": json.dumps(VALID),
    "isBase64Encoded": False,
    "requestContext": {"requestId": "gw-1", "identity": {"apiKeyId": "key-1", "apiKey": "hush-hush"}},
}
FOUND = reply(200, {"Item": ITEM})
PREDICTED = reply(200, {"model_version": "7", "predictions": [{"label": "barolo", "probability": 0.98}]})


def _probe() -> Probe:
    """The canary's probe as its package has it."""
    generated: dict[str, Any] = {}
    files = exported.files(PROBES)
    exec(files["handlers/canary/generated/checks.py"], generated)  # noqa: S102  # code that was generated
    (probe,) = assembled(json.loads(files["handlers/canary/generated/probes.json"]), generated)
    return probe


PROBE = _probe()
