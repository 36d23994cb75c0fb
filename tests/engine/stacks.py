"""The stacks that the tests deploy: of their own, so that the shipped ones may change."""

from collections.abc import Mapping
from typing import Any

ACCOUNTS = {"service": "111111111111", "monitor": "222222222222"}
REGION = "eu-central-1"
BASE = "inference-dev"  # begins every name of the pair
IMAGE = f"{ACCOUNTS['service']}.dkr.ecr.{REGION}.amazonaws.com/{BASE}-model@sha256:"
# A rolled-back update goes on using the old ones, so neither an update nor a destroy deletes them.
RETAINED = [f"EndpointConfiguration {BASE}-model-configuration", f"Model {BASE}-model-model"]
WEBHOOK_TOKEN = "token-in-a-webhook"

ACCOUNT: Mapping[str, Any] = {"region": REGION, "accounts": ACCOUNTS, "deletion_protection": False}
SINK = f"arn:aws:oam:{REGION}:{ACCOUNTS['monitor']}:sink/sink"  # as the stand-in names an account's only one
COMMON: Mapping[str, Any] = {"env": "dev", "region": REGION, "accounts": ACCOUNTS, "log_retention_days": 14}
SERVICE: Mapping[str, Any] = {
    **COMMON,
    "role": "service",
    "deletion_protection": False,
    "model": {
        "image": IMAGE + "0123456789abcdef" * 4,
        "instances": {"type": "ml.c6i.large", "min": 2, "max": 4},
    },
    "inference": {"memory_mb": 1024, "reserved_concurrency": 100},
    "api": {"rate_per_s": 500, "burst": 1000},
    "usage_plans": [
        {
            "name": "partners",
            "rate_per_s": 400,
            "burst": 800,
            "quota": {"limit": 50000, "period": "DAY"},
            "keys": ["acme", "globex"],
        },
        {"name": "trial", "rate_per_s": 5, "burst": 10, "keys": ["trial"]},
    ],
    "notifications": {
        "critical": [{"protocol": "https", "endpoint": f"https://hooks.example.com/{WEBHOOK_TOKEN}"}]
    },
    "tracing": {"rules": [{"name": "all", "priority": 9000, "rate": 1.0, "reservoir": 1}]},
}
# Without the evidence, which is a component of its own and costs every row time.
MONITOR: Mapping[str, Any] = {**COMMON, "role": "monitor", "evidence": {"collect": False}}
PAIR: Mapping[str, Mapping[str, Any]] = {"dev": SERVICE, "dev-monitor": MONITOR}
BOOTSTRAP: Mapping[str, Mapping[str, Any]] = {
    "bootstrap/monitor": {**ACCOUNT, "role": "monitor"},
    "bootstrap/service": {**ACCOUNT, "role": "service", "observability": {"sink_arn": SINK}},
}
ALL = {**BOOTSTRAP, **PAIR}
THEIRS = "orders-dev"  # begins every name of the pair that watches an API of others
# What they deployed, a part of each kind.
EXISTING: Mapping[str, Any] = {
    "api": {"id": "a1b2c3d4e5", "name": "Orders API", "stage": "prod", "traced": True},
    "functions": [{"name": "orders-api", "timeout_ms": 10_000, "reserved_concurrency": 20}],
    "tables": [{"name": "orders", "operation": "Query"}],
    "endpoints": [{"name": "fraud", "variant": "blue", "instance_type": "ml.c6i.large"}],
    "usage_plans": [{"name": "Gold Plan", "quota": {"limit": 1000, "period": "MONTH"}}],
}
PROBES = {"probes/orders.yaml": "authorization: none\nprobes: [{name: list, path: /orders}]\n"}
WATCH: Mapping[str, Mapping[str, Any]] = {
    "orders-dev": {
        **COMMON,
        "name": "orders",
        "role": "watch",
        "deletion_protection": False,
        "probes": next(iter(PROBES)),
        "existing": EXISTING,
    },
    "orders-dev-monitor": {**MONITOR, "name": "orders"},
}
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNTS['service']}:certificate/11111111-2222-3333-4444-555555555555"
# The same service with everything that can be switched on, so that every type and input is met.
FULL: Mapping[str, Any] = {
    **SERVICE,
    "model": {**SERVICE["model"], "data_capture": {"s3_uri": "s3://captures-of-ours/dev"}},
    "inference": {"reserved_concurrency": 100, "start": "provisioned", "provisioned_concurrency": 2},
    "api": {
        **SERVICE["api"],
        "waf": {"requests_per_5_min": 500_000},
        "callers": [{"name": "acme", "account": "333333333333", "roles": ["backend"]}],
        "domain": {
            "name": "api.example.com",
            "certificate": CERTIFICATE,
            "hosted_zone": "Z0123456789ABC",
        },
    },
    "usage_plans": [
        {**SERVICE["usage_plans"][0], "keys": [{"name": "acme", "caller": "acme"}]},
        SERVICE["usage_plans"][1],
    ],
}
FULL_ACCOUNT: Mapping[str, Any] = {
    **BOOTSTRAP["bootstrap/monitor"],
    "delivery": {"state": True, "repository": "example/inference-watch"},
}
# What a release keeps the state of: each role with all that it can have.
EVERYTHING: Mapping[str, Mapping[str, Any]] = {
    "bootstrap/monitor": FULL_ACCOUNT,
    "bootstrap/service": BOOTSTRAP["bootstrap/service"],
    "dev": FULL,
    "dev-monitor": {**MONITOR, "evidence": {"collect": True}, "canary": {"locations": ["eu-west-1"]}},
    **WATCH,
}
