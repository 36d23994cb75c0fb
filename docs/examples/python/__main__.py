"""What watches an API of ours that another program deployed, in Python."""

from pathlib import Path

import pulumi
import pulumi_inference_watch as watch

config = pulumi.Config()
topics = watch.TopicsArgs(warn=config.require("warn"), critical=config.require("critical"))
api = watch.WatchedApiArgs(name="orders", stage="prod", rate_limit_per_s=50, min_per_minute=0)
functions = [watch.WatchedFunctionArgs(name="orders-api", timeout_ms=10_000, reserved_concurrency=20)]
slo = watch.SloArgs(availability_pct=99.9, latency_p90_ms=500)
parts = watch.WatchedPartsArgs(
    name="orders-prod",
    api=api,
    functions=functions,
    slo=slo,
    tuning=watch.AlarmsTuningArgs(each={"api-4xx-critical": watch.AlarmTuningArgs(threshold=30)}),
)
service = watch.ServiceArgs(
    name="orders-prod",
    account_id="111111111111",
    region="eu-central-1",
    api=api,
    functions=functions,
    slo=slo,
)

alarms = watch.KpiAlarms("kpis", parts=parts, topics=topics)
watch.SloAlarms("promise", service=service, topics=topics)
board = watch.Dashboard("board", service=service)
canary = watch.Canary(
    "canary",
    service=service,
    account_id="222222222222",
    api_url="https://api.example.com/prod",
    probes=Path("probes.yaml").read_text(),
    secrets={"token": config.require_secret("token")},
    timeout_ms=3000,
)
pulumi.export("alarms", alarms.arns)
pulumi.export("dashboard", board.dashboard_name)
pulumi.export("canary", canary.function_name)
