"""What was probably meant by a name that nobody publishes."""

import pytest

from rehearsal.lint import published
from rehearsal.lint.published import files


def test_names_are_compared_with_their_case_and_the_right_one_is_near() -> None:
    assert published.metric("AWS/Lambda", "errors") is None
    assert published.nearest("AWS/Lambda", "errors")[0] == "Errors"
    assert published.nearest("AWS/SQS", "ApproximateNumberOfVisibleMessages")[0] == (
        "ApproximateNumberOfMessagesVisible"
    )
    assert published.namespace("AWS/Elasticache") is None
    assert published.nearest_namespace("AWS/Elasticache")[0] == "AWS/ElastiCache"
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
