"""The section `quotas`: what a stack watches of its account, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import config
from config import __main__ as judge
from monitoring.watched import Watched, WatchedQuotas

BASE: dict[str, Any] = {
    "role": "service",
    "env": "dev",
    "region": "eu-central-1",
    "accounts": {"service": "111111111111", "monitor": "222222222222"},
    "notifications": {},
}


def quotas(given: dict[str, Any], **others: Any) -> WatchedQuotas | None:
    return Watched.of(config.parse(BASE | others | {"quotas": given})).quotas


def test_they_are_watched_where_that_is_set_with_the_stack_s_own_type_and_further_ones() -> None:
    assert quotas({}) is None
    others = {"watch": True, "instance_types": ["ml.g5.xlarge", "ml.c6i.large"]}
    own = quotas(others, model={"instances": {"type": "ml.c6i.large"}})
    assert own is not None
    assert own.instance_types == ("ml.c6i.large", "ml.g5.xlarge")
    serverless = {"model": {"serverless": {"memory_mb": 2048, "max_concurrency": 5}}}
    assert quotas({"watch": True}, **serverless) == WatchedQuotas(api_requests_per_s=10_000)


def test_a_type_that_no_endpoint_runs_on_is_told_in_words() -> None:
    with pytest.raises(config.ConfigError) as refused:
        quotas({"watch": True, "instance_types": ["g5.xlarge"]})
    assert "[0]: got 'g5.xlarge'; it should be a type that SageMaker's endpoints run on, like" in str(
        refused.value
    )


@pytest.mark.parametrize(
    ("region", "given", "per_s"),
    [
        ("eu-central-1", {}, 10_000),
        ("eu-central-2", {}, 2_500),
        ("eu-central-2", {"api_requests_per_s": 5000}, 5_000),
    ],
)
def test_the_account_s_throttle_is_the_region_s_unless_aws_raised_it(
    region: str, given: dict[str, Any], per_s: float
) -> None:
    found = quotas({"watch": True} | given, region=region)
    assert found is not None
    assert found.api_requests_per_s == per_s


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"other_rest_apis": ["orders"]},
            "nothing here has an effect without `watch: true`; set it, or remove the rest.",
        ),
        (
            {"watch": True, "other_rest_apis": list("abcde"), "other_http_apis": list("fghij")},
            "10 other APIs, and one alarm can add up 9 to the service's own; CloudWatch would refuse it. Name"
            " the 9 with most traffic.",
        ),
    ],
)
def test_what_would_do_nothing_or_be_refused_is_said(given: dict[str, Any], said: str) -> None:
    with pytest.raises(config.ConfigError) as refused:
        quotas(given)
    assert str(refused.value).splitlines()[1:] == [f"  - inference-watch:quotas: {said}"]


def test_two_stacks_of_one_account_and_region_that_watch_them_are_refused_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(env: str, **changes: Any) -> None:
        settings = BASE | {"env": env, "quotas": {"watch": True}} | changes
        stack = {f"inference-watch:{key}": value for key, value in settings.items()}
        (tmp_path / f"Pulumi.{env}.yaml").write_text(yaml.safe_dump({"config": stack}))

    (tmp_path / "Pulumi.yaml").write_text((config.ROOT / "Pulumi.yaml").read_text())
    monkeypatch.setattr(judge, "ROOT", tmp_path)
    write("one")
    write("other", region="eu-west-1")
    write("third", accounts={"service": "333333333333", "monitor": "222222222222"})
    write("fourth", quotas={})
    assert judge.main() == 0
    write("two")
    capsys.readouterr()
    assert judge.main() == 1
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  - ")]
    assert said == [
        "  - inference-watch:quotas.watch: stack one watches the quotas of account 111111111111 in"
        " eu-central-1 already, so the same one would page twice. Remove it in one of them."
    ]
