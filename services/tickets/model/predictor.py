"""Multinomial naive Bayes over the words of a text. Plain Python: a text has few words, a table each."""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PARAMETERS: Final = "parameters.json"
_WORD = re.compile(r"[a-z][a-z0-9]+")
_SUFFIXES: Final = ("ies", "ing", "es", "ed", "s")


@dataclass(frozen=True, kw_only=True, slots=True)
class Router:
    """`teams` in order; the logarithms of each team's `priors` and, by word, of its likelihood."""

    teams: tuple[str, ...]
    priors: tuple[float, ...]
    likelihoods: Mapping[str, tuple[float, ...]]

    def predict(self, instances: list[Any]) -> list[dict[str, Any]]:
        """The likeliest team of each `{"text": ...}` and its probability.

        Words that training did not see say nothing. Raises ValueError for an instance of another form.
        """
        return [self._route(index, instance) for index, instance in enumerate(instances)]

    def _route(self, index: int, instance: object) -> dict[str, Any]:
        text = instance.get("text") if isinstance(instance, dict) else None
        if not isinstance(text, str):
            raise ValueError(f"instances[{index}].text must be a text")  # noqa: TRY004 - answered as a 400
        scores = list(self.priors)
        for word, count in words(text).items():
            for team, likelihood in enumerate(self.likelihoods.get(word, ())):
                scores[team] += count * likelihood
        highest = max(scores)
        weights = [math.exp(score - highest) for score in scores]
        best = scores.index(highest)
        return {"team": self.teams[best], "probability": weights[best] / math.fsum(weights)}


def words(text: str) -> Counter[str]:
    """How often each word stands in a text, in lower case and without its commonest endings."""
    return Counter(_stem(word) for word in _WORD.findall(text.lower()))


def _stem(word: str) -> str:
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) > len(suffix) + 3:
            return word.removesuffix(suffix)
    return word


def load(directory: Path) -> Router:
    """The router that `train.py` wrote into `directory`."""
    document = json.loads((directory / PARAMETERS).read_bytes())
    return Router(
        teams=tuple(document["teams"]),
        priors=tuple(document["priors"]),
        likelihoods={word: tuple(row) for word, row in document["likelihoods"].items()},
    )
