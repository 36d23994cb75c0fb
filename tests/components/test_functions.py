"""How the functions run."""

from typing import Any

from tests.components.harness import Run, run_stack, unwrap


def function(run: Run, name: str) -> Any:
    (made,) = (m for m in run.of("Function").values() if m.inputs["name"] == name)
    return unwrap(made.inputs)


def test_functions_run_current_python_on_arm64_published_traced_and_with_json_logs(
    prod: Run, prod_monitor: Run, their_api: Run
) -> None:
    for run in (prod, prod_monitor, their_api):
        for name, made in run.of("Function").items():
            assert made.inputs["runtime"] == "python3.14", name
            assert made.inputs["architectures"] == ["arm64"], name
            assert made.inputs["publish"] is True, name
            assert made.inputs["tracingConfig"] == {"mode": "Active"}, name
            logging = made.inputs["loggingConfig"]
            assert (logging["logFormat"], logging["applicationLogLevel"]) == ("JSON", "INFO"), name
            assert len(made.inputs["layers"]) == (2 if name.endswith("-evidence-function") else 1), name


def test_each_function_has_its_handler_its_memory_and_its_time(prod: Run, prod_monitor: Run) -> None:
    def size(run: Run, name: str) -> tuple[str, int, int]:
        inputs = function(run, name)
        return inputs["handler"], inputs["memorySize"], inputs["timeout"]

    assert size(prod, "inference-prod-inference") == ("handlers.inference.app.handler", 1769, 2)
    assert size(prod, "inference-prod-usage-reporter") == ("handlers.usage_reporter.app.handler", 256, 300)
    assert size(prod_monitor, "inference-prod-canary") == ("handlers.canary.app.handler", 256, 30)
    assert size(prod_monitor, "inference-prod-evidence") == ("reports.sla.collect.app.handler", 2048, 900)


def test_the_alias_is_the_published_version_and_the_layer_fits_it(
    prod: Run, prod_monitor: Run, their_api: Run
) -> None:
    for run in (prod, prod_monitor, their_api):
        lambdas = [m for m in run.of("Alias").values() if m.type.startswith("aws:lambda")]
        assert {(m.inputs["name"], m.inputs["functionVersion"]) for m in lambdas} == {("live", "1")}
        for layer in run.of("LayerVersion").values():
            assert layer.inputs["compatibleRuntimes"] == ["python3.14"]
            assert layer.inputs["compatibleArchitectures"] == ["arm64"]


def test_the_function_is_told_its_table_its_endpoint_and_its_limits() -> None:
    inference = {"cache_ttl_s": 7, "cache_size": 11, "time_budget_ms": 900, "reserved_concurrency": 100}
    run = run_stack("dev", {"inference": inference})
    assert function(run, "inference-dev-inference")["environment"]["variables"] == {
        "TABLE_NAME": "inference-dev-reference-data",
        "ENDPOINT_NAME": "inference-dev-model-serverless",
        "TIME_BUDGET_MS": "900",
        "CACHE_TTL_S": "7",
        "CACHE_SIZE": "11",
    }


def test_the_functions_own_timeout_leaves_room_to_answer_after_the_time_budget(prod: Run) -> None:
    inputs = function(prod, "inference-prod-inference")
    assert inputs["timeout"] == 2
    assert inputs["environment"]["variables"]["TIME_BUDGET_MS"] == "1000"
    assert inputs["reservedConcurrentExecutions"] == 100


def test_snap_start_and_provisioned_concurrency_follow_the_setting(dev: Run, prod: Run) -> None:
    assert "snapStart" not in function(dev, "inference-dev-inference")
    snap = run_stack("dev", {"inference": {"start": "snap_start", "reserved_concurrency": 100}})
    assert function(snap, "inference-dev-inference")["snapStart"] == {"applyOn": "PublishedVersions"}
    assert "snapStart" not in function(prod, "inference-prod-inference")
    provisioned = prod.one("ProvisionedConcurrencyConfig").inputs
    assert provisioned["provisionedConcurrentExecutions"] == 4
    assert provisioned["qualifier"] == "live"
