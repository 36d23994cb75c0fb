"""`AWS/ApiGateway` metrics as a stage publishes them.

Dimensions `ApiName` and `ApiName` + `Stage`; with detailed metrics also `ApiName` + `Stage` + `Resource`
+ `Method`. `4XXError` and `5XXError` are one 0 or 1 a request, so their average is the error rate.
"""

from ministack.services.cloudwatch import record_metric

from local.fillins.call import Call

NAMESPACE = "AWS/ApiGateway"
_CLIENT_ERROR, _SERVER_ERROR = 400, 500


def publish(call: Call, status: int, ended: float) -> None:
    """One request's datapoints, in the API owner's account (the caller pins the scope)."""
    values = [
        ("Count", 1.0, "Count"),
        ("4XXError", float(_CLIENT_ERROR <= status < _SERVER_ERROR), "Count"),
        ("5XXError", float(status >= _SERVER_ERROR), "Count"),
        ("Latency", (ended - call.started) * 1000, "Milliseconds"),
    ]
    if call.integration_started is not None:
        took_s = (call.integration_ended or ended) - call.integration_started
        values.append(("IntegrationLatency", took_s * 1000, "Milliseconds"))
    for dimensions in _dimensions(call):
        for name, value, unit in values:
            record_metric(NAMESPACE, name, value, unit, dimensions)


def _dimensions(call: Call) -> list[dict[str, str]]:
    stage = {"ApiName": call.api_name, "Stage": call.stage}
    found = [{"ApiName": call.api_name}, stage]
    if call.resource_path and _detailed(call):
        found.append({**stage, "Resource": call.resource_path, "Method": call.method})
    return found


def _detailed(call: Call) -> bool:
    settings = call.settings.get("methodSettings") or {}
    return any(entry.get("metricsEnabled") for entry in settings.values() if isinstance(entry, dict))
