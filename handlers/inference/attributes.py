"""DynamoDB's attribute values as Python's, whatever an item is made of.

Source: "AttributeValue", Amazon DynamoDB API reference.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any


def item_of(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """An item by attribute name. Raises ValueError, TypeError or KeyError for what is no item."""
    return {name: value_of(attribute) for name, attribute in attributes.items()}


def value_of(attribute: Mapping[str, Any]) -> Any:
    """One value: text, int or float, bool, None, bytes, list, dict, or a set of the first three."""
    ((kind, content),) = attribute.items()
    return _READERS[kind](content)


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "S": str,
    "N": _number,
    "BOOL": bool,
    "NULL": lambda _: None,
    "B": base64.b64decode,
    "L": lambda values: [value_of(one) for one in values],
    "M": item_of,
    "SS": set,
    "NS": lambda texts: {_number(text) for text in texts},
    "BS": lambda texts: {base64.b64decode(text) for text in texts},
}
