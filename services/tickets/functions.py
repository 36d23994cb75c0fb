"""Reads tickets from a request and says which team each belongs to."""

import re
from collections.abc import Mapping
from typing import Any

TEAMS = frozenset(("compute", "databases", "identity", "messaging", "observability", "storage"))
_WORD = re.compile(r"[^\W\d_]{2}")


def parse(request: Mapping[str, Any]) -> list[dict[str, str]]:
    """The tickets; the body fits the contract."""
    tickets: list[dict[str, str]] = request["body"]["tickets"]
    return tickets


def features(item: Mapping[str, str], reference: None) -> dict[str, str]:
    """What the model reads of a ticket. Raises ValueError for one without a word."""
    if not _WORD.search(item["text"]):
        raise ValueError("text: has no words.")
    return {"text": item["text"]}


def format(
    item: Mapping[str, str],
    prediction: Mapping[str, Any],
    meta: Mapping[str, str],
) -> dict[str, Any]:
    """One ticket's route. Raises ValueError for a prediction that makes no sense."""
    team, probability = prediction["team"], float(prediction["probability"])
    if team not in TEAMS or not 0 <= probability <= 1:
        raise ValueError("no team and probability")
    return {"id": item["id"], "team": team, "probability": probability}


def gather(answers: list[dict[str, Any]], meta: Mapping[str, str]) -> dict[str, Any]:
    """The answer: a route or an error for each ticket, in order."""
    return {"routes": answers, "model_version": meta["model_version"], "request_id": meta["request_id"]}
