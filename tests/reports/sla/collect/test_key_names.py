"""Whose requests an access log counts: API keys by id, each customer's values together."""

from types import SimpleNamespace
from typing import Any, cast

from monitoring.watched import Watched
from reports.sla.collect.usage import key_names

WATCHED = cast("Watched", SimpleNamespace(name="wine-prod"))
KEYS = {"k1": "wine-prod-acme", "k2": "wine-prod-acme.2", "k3": "other.2", "k4": "wine-production.2"}


class Gateway:
    def get_paginator(self, operation: str) -> Any:
        assert operation == "get_api_keys"
        return self

    def paginate(self, *, includeValues: bool) -> Any:  # noqa: N803  # AWS's name
        assert includeValues is False
        return [
            {"items": [{"id": key, "name": name} for key, name in KEYS.items()]},
            {"items": [{"id": "k5"}]},
        ]


def test_the_values_of_a_key_are_one_customers_and_names_of_others_are_left_as_they_are() -> None:
    assert key_names(Gateway(), WATCHED) == {
        "k1": "acme",
        "k2": "acme",
        "k3": "other.2",
        "k4": "wine-production.2",
        "k5": "k5",
    }
