"""Runs of other stacks than `dev`: in a file of their own, so that another worker runs them."""

from pathlib import Path

import pytest

from entry import USAGE
from local import cli
from local.run import copies, deploying, sequence
from local.run import served as run
from local.summary import Summary

ROOT = Path(__file__).resolve().parents[3]
REQUESTS = 30
COMMON = """\
  inference-watch:env: prod
  inference-watch:region: eu-central-1
  inference-watch:accounts: {service: "111111111111", monitor: "222222222222"}
"""
SHAPED = f"""\
config:
  inference-watch:role: service
{COMMON}  inference-watch:model:
    instances: {{type: ml.c6i.large, min: 2, max: 4, invocations_per_minute: 3000}}
  inference-watch:inference:
    memory_mb: 1769
    reserved_concurrency: 50
    start: provisioned
    provisioned_concurrency: 2
    time_budget_ms: 1000
  inference-watch:api:
    rate_per_s: 50
    burst: 100
    waf: {{requests_per_5_min: 20000}}
  inference-watch:usage_plans:
    - name: partners
      rate_per_s: 40
      burst: 80
      quota: {{limit: 100000, period: MONTH}}
      keys: [acme, globex]
    - {{name: trial, rate_per_s: 5, burst: 10, quota: {{limit: 10000, period: MONTH}}, keys: [trial]}}
  inference-watch:tracing:
    rules:
      - {{name: default, priority: 1000, http_method: POST, rate: 0.01, reservoir: 1}}
      - {{name: errors, priority: 9000, rate: 0.05, reservoir: 1}}
"""


def in_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run what is in `folder` instead of the project's own."""
    for module in (copies, deploying, sequence, run):
        monkeypatch.setattr(module, "ROOT", folder)


def test_a_run_of_the_shape_of_prod_holds_behind_its_web_acl_with_few_traces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Web ACL, several plans, instances, provisioned start, sampled traces: stack files of the test's own."""
    for name in ("__main__.py", "Pulumi.yaml"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "Pulumi.shaped.yaml").write_text(SHAPED)
    (tmp_path / "Pulumi.shaped-monitor.yaml").write_text(
        f"config:\n  inference-watch:role: monitor\n{COMMON}"
    )
    in_folder(tmp_path, monkeypatch)
    monkeypatch.setattr(run, "CANARY_INTERVAL_S", 0.0)
    monkeypatch.setattr(run, "CANARY_SLACK_S", 0.0)
    out = tmp_path / "out"
    cli.main(
        ["--json", "--stack", "shaped", "--requests", str(REQUESTS), "--clients", "2", "--out", str(out)]
    )
    summary = Summary.model_validate_json(capsys.readouterr().out)
    unheld = {check.name for check in summary.checks if not check.held}
    assert unheld == {"The canary's schedule fired and every probe succeeded"}, summary.checks
    assert (summary.requests, summary.failed) == (REQUESTS, 0)
    assert summary.usage["partners"].requests == REQUESTS
    assert 0 < summary.traces.total < REQUESTS
    types = (out / "report.html").read_text()
    assert "wafv2 WebAclAssociation" in types


def test_a_stack_file_without_a_region_is_wrong_usage_and_says_how_to_set_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Pulumi.yaml").symlink_to(ROOT / "Pulumi.yaml")
    (tmp_path / "Pulumi.bare.yaml").write_text("config: {}\n")
    in_folder(tmp_path, monkeypatch)
    assert cli.main(["--stack", "bare", "--out", str(tmp_path / "out")]) == USAGE
    said = " ".join(capsys.readouterr().out.split())
    assert "Pulumi.bare.yaml has no inference-watch:region" in said
    assert "pulumi config set -s bare region eu-central-1" in said
