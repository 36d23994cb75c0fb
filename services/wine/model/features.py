"""Names and order of the features, and the reading of an instance: one message for each kind of mistake."""

from typing import Final

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

MAX_MAGNITUDE: Final = 1e6  # far beyond any real feature, and low enough that no score can overflow
_SHOWN_CHARACTERS: Final = 40  # of a name that a caller made up


def row(index: int, instance: object) -> list[float]:
    """The 13 numbers of instance `index` in the order of `FEATURES`.

    Raises ValueError, which names instance and feature and never repeats a value.
    """
    if not isinstance(instance, dict):
        raise ValueError(  # noqa: TRY004 - the model server answers 400 for a ValueError
            f"instances[{index}] must be an object of {len(FEATURES)} features"
        )
    if unknown := instance.keys() - set(FEATURES):
        shown = ascii(min(unknown))[:_SHOWN_CHARACTERS]
        raise ValueError(f"instances[{index}] has an unknown feature: {shown}")
    return [_number(index, feature, instance) for feature in FEATURES]


def _number(index: int, feature: str, instance: dict[str, object]) -> float:
    if feature not in instance:
        raise ValueError(f"instances[{index}].{feature} is missing")
    value = instance[feature]
    # bool is an int in Python, not in JSON; the comparison also refuses infinity, which 1e999 becomes.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_MAGNITUDE:
        raise ValueError(
            f"instances[{index}].{feature} must be a number within plus and minus {MAX_MAGNITUDE:,.0f}"
        )
    return float(value)
