"""Whose requests an access log counts: API keys by id, each customer's values together."""

from handlers.usage_reporter.usage import KeyUsage, PlanUsage
from reports.sla.collect.usage import key_names


def test_the_values_of_a_key_are_one_customers() -> None:
    rotated = KeyUsage(ids=("k1", "k2"), name="acme", day=3, period=9)
    other = KeyUsage(ids=("k3",), name="other", day=1, period=1)
    plans = [
        PlanUsage(name="gold", quota=None, keys=(rotated,)),
        PlanUsage(name="free", quota=None, keys=(other,)),
    ]
    assert key_names(plans) == {"k1": "acme", "k2": "acme", "k3": "other"}
