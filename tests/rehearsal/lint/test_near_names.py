"""What was probably meant by a name that nobody publishes."""

import pytest

from rehearsal.lint import published
from rehearsal.lint.published import files
from tests.rehearsal.lint.real import Real, judged


def test_names_are_compared_with_their_case_and_the_right_one_is_near() -> None:
    assert published.metric("AWS/Lambda", "errors") is None
    assert published.nearest("AWS/Lambda", "errors")[0] == "Errors"
    assert published.nearest("AWS/SQS", "ApproximateNumberOfVisibleMessages")[0] == (
        "ApproximateNumberOfMessagesVisible"
    )
    assert published.namespace("AWS/Elasticache") is None
    assert published.nearest_namespace("AWS/Elasticache")[0] == "AWS/ElastiCache"
    assert "Errors" not in published.nearest("AWS/Lambda", "Errors")
    assert published.nearest("Shop/Orders", "Placed") == []


@pytest.mark.parametrize(
    ("namespace", "name", "meant"),
    [
        ("AWS/ES", "CPUUtilisation", "CPUUtilization"),
        ("AWS/ES", "FreeStorgaeSpace", "FreeStorageSpace"),
        ("AWS/VPN", "TunneSltate", "TunnelState"),
        ("AWS/VPN", "TunelState", "TunnelState"),
        ("AWS/VPN", "Tunnellstate", None),
        ("AWS/Kafka", "CpuUsers", None),
        ("AWS/VPN", "CunnelState", None),
        ("AWS/Neptune", "Http520", None),
        ("AWS/VPN", "TunnelState", None),
        ("Shop", "Orders", None),
    ],
)
def test_one_slip_of_the_pen_is_a_misspelling(namespace: str, name: str, meant: str | None) -> None:
    assert published.misspelt(namespace, name) == meant


def test_no_metric_is_a_misspelling_of_another_one() -> None:
    parts = [found for found in map(published.namespace, files.namespaces()) if found and not found.whole]
    metrics = [(part.name, metric) for part in parts for metric in part.metrics]
    assert [one for one in metrics if published.misspelt(*one) is not None] == []


@pytest.mark.parametrize(
    ("namespace", "meant"),
    [
        ("AWS/Lamda", "AWS/Lambda"),
        ("AWS/Lambdas", "AWS/Lambda"),
        ("AWS/DynamoBD", "AWS/DynamoDB"),
        ("AWS/ElasticCache", "AWS/ElastiCache"),
        ("AWS/EMR", None),
        ("AWS/Lexs", None),
        ("AWS/VPC", None),
        ("AWS/Inspector2", None),
        ("AWS/Config", None),
        ("Shop", None),
    ],
)
def test_a_namespace_one_letter_off_is_a_misspelling_unless_it_is_short(
    namespace: str, meant: str | None
) -> None:
    assert published.misspelt_namespace(namespace) == meant


def test_no_namespace_is_a_misspelling_of_another_one() -> None:
    assert [one for one in published.namespaces() if published.misspelt_namespace(one) is not None] == []


@pytest.mark.parametrize(
    ("namespace", "found"),
    [
        ("AWS/Lambdas", {"unknown-namespace": "error"}),
        ("AWS-Lambda", {"unknown-namespace": "error"}),
        ("AWS/LambdaInsights", {"unknown-namespace": "error"}),
        ("AWS/StepFunctions", {"unknown-namespace": "error"}),
        ("AWS/NewService", {"unknown-namespace": "warning"}),
        ("AWS/Config", {"unknown-namespace": "warning"}),
        ("aws-embedded-metrics", {}),
        ("shop/orders", {}),
    ],
)
def test_only_a_namespace_that_is_certainly_none_is_an_error(namespace: str, found: dict[str, str]) -> None:
    [(_, rules)] = judged([Real(namespace, "Errors", ("FunctionName",), "Sum", 60, ">", 1.0, "")])
    assert {rule: severity for rule, severity in rules.items() if rule == "unknown-namespace"} == found
