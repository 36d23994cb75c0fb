"""Alarms of `real_alarms.txt` and `odd_alarms.txt`, and the rules' judgement of each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rehearsal.lint import judge, reading
from rehearsal.sources import files

HERE = Path(__file__).parent
ARN = "arn:aws:{service}:{region}:111122223333:{rest}"
UUID = "11111111-2222-3333-4444-555555555555"
COMPARISONS = {
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
    "<": "LessThanThreshold",
    "<=": "LessThanOrEqualToThreshold",
}
# Dimensions whose values have a form of their own; any other one has a name.
VALUES = {
    "ApiId": "a1b2c3d4e5",
    "CacheNodeId": "0001",
    "CertificateArn": ARN.format(service="acm", region="eu-central-1", rest=f"certificate/{UUID}"),
    "ClientId": "111122223333",
    "Currency": "USD",
    "DistributionId": "E2EXAMPLE1ABCD",
    "FileSystemId": "fs-0123456789abcdef0",
    "HealthCheckId": UUID,
    "InstanceId": "i-0123456789abcdef0",
    "LambdaFunctionArn": ARN.format(service="lambda", region="eu-central-1", rest="function:shop"),
    "LoadBalancer": "app/shop/0a1b2c3d4e5f6071",
    "NatGatewayId": "nat-0123456789abcdef0",
    "Operation": "GetItem",
    "Region": "eu-central-1",
    "Role": "WRITER",
    "StateMachineArn": ARN.format(service="states", region="eu-central-1", rest="stateMachine:shop"),
    "StorageType": "StandardStorage",
    "TargetGroup": "targetgroup/shop/1122334455667788",
    "TransitGateway": "tgw-0123456789abcdef0",
    "VolumeId": "vol-0123456789abcdef0",
    "VpnId": "vpn-0123456789abcdef0",
}
OF_SERVICE = {
    "AWS/CloudFront": {"Region": "Global"},
    "AWS/NetworkELB": {"LoadBalancer": "net/shop/0a1b2c3d4e5f6071"},
}
OF_ONE_REGION = ("AWS/Billing", "AWS/CloudFront", "AWS/Route53", "AWS/TrustedAdvisor")


@dataclass(frozen=True)
class Real:
    """One alarm: what it watches and how. `wrong` is what is wrong with it by hand, empty for nothing."""

    namespace: str
    metric: str
    keys: tuple[str, ...]
    statistic: str
    period_s: int
    comparison: str
    threshold: float
    unit: str
    wrong: str = ""
    values: tuple[tuple[str, str], ...] = ()  # of dimensions, where others than usual

    @cached_property
    def region(self) -> str:
        """Where such an alarm has to be."""
        of_cloudfront = self.namespace == "AWS/WAFV2" and "Region" not in self.keys
        return "us-east-1" if of_cloudfront or self.namespace in OF_ONE_REGION else "eu-central-1"

    def entry(self, name: str) -> dict[str, Any]:
        """The alarm as `describe-alarms` prints it."""
        found = {
            "AlarmName": name,
            "AlarmArn": ARN.format(service="cloudwatch", region=self.region, rest=f"alarm:{name}"),
            "AlarmActions": [ARN.format(service="sns", region=self.region, rest="oncall")],
            "Namespace": self.namespace,
            "MetricName": self.metric,
            "Dimensions": [{"Name": key, "Value": self._value(key)} for key in self.keys],
            ("Statistic" if self.statistic[0].isupper() else "ExtendedStatistic"): self.statistic,
            "Period": self.period_s,
            "EvaluationPeriods": 3,
            "ComparisonOperator": COMPARISONS[self.comparison],
            "Threshold": self.threshold,
            "TreatMissingData": "missing",
        }
        return {**found, "Unit": self.unit} if self.unit else found

    def _value(self, key: str) -> str:
        of_service: Mapping[str, str] = OF_SERVICE.get(self.namespace, {})
        return {**VALUES, **of_service, **dict(self.values)}.get(key, "shop")


def read(name: str) -> list[Real]:
    """The alarms of a file; a threshold that only a deployment knows is 1."""
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [_of([part.strip() for part in line.split("|")]) for line in lines if line[:1] not in ("#", "")]


def _of(parts: Sequence[str]) -> Real:
    namespace, metric, keys, statistic, period, comparison, threshold, unit, wrong = parts
    dimensions = tuple(key.strip() for key in keys.split(",") if key)
    given = float(threshold or 1)
    return Real(namespace, metric, dimensions, statistic, int(period), comparison, given, unit, wrong)


def judged(alarms: Iterable[Real]) -> list[tuple[Real, dict[str, str]]]:
    """Each alarm with the rules that find something in it, and how grave: all of them in one file."""
    alarms = list(alarms)
    text = json.dumps({"MetricAlarms": [alarm.entry(f"a{n}") for n, alarm in enumerate(alarms)]})
    found: list[dict[str, str]] = [{} for _ in alarms]
    for one in judge.judge(reading.of_found(files.entries(text, "alarms", {}), "alarms", text)):
        if one.alarm:
            found[int(one.alarm[1:])][one.rule.id] = one.severity
    return list(zip(alarms, found, strict=True))
