"""A model that is wrong: it answers with predictions that it made of other requests.

Valid in form, wrong in value, whatever the service predicts.
"""

import json
from collections import deque
from typing import Any

REMEMBERED = 100


class Mistakes:
    """Remembers what the model predicted, to give it for something else."""

    def __init__(self) -> None:
        self._predicted: deque[Any] = deque(maxlen=REMEMBERED)

    def answer(self, payload: bytes, *, wrong: bool) -> bytes:
        """The model's answer, or with `wrong` one whose predictions are those most unlike its own.

        An answer that is no `{"predictions": [...]}` counts as one prediction.
        """
        try:
            document = json.loads(payload)
            predictions = document["predictions"]
        except (ValueError, KeyError, TypeError):
            return bytes(self._most_unlike(payload)) if wrong else self._seen(payload)
        if not wrong:
            self._predicted.extend(predictions)
            return payload
        document["predictions"] = [self._most_unlike(one) for one in predictions]
        return json.dumps(document).encode()

    def _seen(self, payload: bytes) -> bytes:
        self._predicted.append(payload)
        return payload

    def _most_unlike(self, prediction: Any) -> Any:
        alike = [one for one in self._predicted if isinstance(one, type(prediction))]
        return max(alike, key=lambda one: distance(one, prediction), default=prediction)


def distance(one: Any, other: Any) -> float:
    """How unlike two values of JSON are: 1 for each text that differs, the difference for each number."""
    if isinstance(one, dict) and isinstance(other, dict):
        return sum(distance(one.get(key), other.get(key)) for key in one.keys() | other.keys())
    if isinstance(one, list) and isinstance(other, list):
        return sum(map(distance, one, other)) + abs(len(one) - len(other))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other)
    return float(one != other)
