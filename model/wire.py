"""What goes over the wire: feature and label names, the limits of a request, and its validation.

Deliberately knows nothing of HTTP servers, of numpy or of how a prediction is made, so that a caller's
mistake is refused before either is touched.
"""

import json
from typing import Final, NoReturn

# sklearn's names and order, with `od280/od315_of_diluted_wines` shortened to a JSON-friendly name.
FEATURES: Final = (
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280_od315",
    "proline",
)
MEASUREMENTS: Final = (
    "color_intensity",
    "hue",
    "proline",
)  # fresh in each request; the rest is reference data
LABELS: Final = (
    "barolo",
    "grignolino",
    "barbera",
)  # the cultivars behind sklearn's class_0, class_1, class_2

MAX_INSTANCES: Final = 1000
MAX_BODY_BYTES: Final = 1_000_000  # SageMaker's own limit is 6 MB; 1,000 instances need some 300 kB
MAX_MAGNITUDE: Final = 1e6  # far beyond any real feature, and low enough that no score can overflow
_SHOWN_CHARACTERS: Final = 40  # of a name that a caller made up


class InvalidRequestError(ValueError):
    """The caller's mistake. The message names instance and feature, and never repeats a value."""


def parse_instances(body: bytes) -> list[list[float]]:
    """Rows of 13 floats in the order of `FEATURES`, one for each instance of a request's body.

    The body is `{"instances": [{<feature>: <number>, ...}, ...]}` with 1 to `MAX_INSTANCES` instances.
    Raises InvalidRequestError for anything else.
    """
    try:
        document = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError("the body is not valid JSON") from error
    if not isinstance(document, dict) or document.keys() != {"instances"}:
        raise InvalidRequestError('the body must be an object with the one key "instances"')
    instances = document["instances"]
    if not isinstance(instances, list) or not 1 <= len(instances) <= MAX_INSTANCES:
        raise InvalidRequestError(f"instances must be a list of 1 to {MAX_INSTANCES} objects")
    return [_row(index, instance) for index, instance in enumerate(instances)]


def _refuse_constant(name: str) -> NoReturn:
    """Python reads NaN and Infinity as numbers; JSON has no such thing (RFC 8259, section 6)."""
    raise ValueError(f"{name} is not JSON")


def _row(index: int, instance: object) -> list[float]:
    if not isinstance(instance, dict):
        raise InvalidRequestError(f"instances[{index}] must be an object of {len(FEATURES)} features")
    if unknown := instance.keys() - set(FEATURES):
        shown = ascii(min(unknown))[:_SHOWN_CHARACTERS]
        raise InvalidRequestError(f"instances[{index}] has an unknown feature: {shown}")
    return [_number(index, feature, instance) for feature in FEATURES]


def _number(index: int, feature: str, instance: dict[str, object]) -> float:
    if feature not in instance:
        raise InvalidRequestError(f"instances[{index}].{feature} is missing")
    value = instance[feature]
    # bool is an int in Python, not in JSON; the comparison also refuses infinity, which 1e999 becomes.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_MAGNITUDE:
        raise InvalidRequestError(
            f"instances[{index}].{feature} must be a number within plus and minus {MAX_MAGNITUDE:,.0f}"
        )
    return float(value)
