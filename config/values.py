"""Values as stack files hold them -> values as the settings are typed.

`pulumi config set` writes numbers and truth values as text, at the root always and below it where they have a
fraction; the type of the setting says what was meant, so a name or an account id of digits stays text. An
encrypted value is one that is there and unknown: it is read as the setting's default, or as something valid.
"""

import hashlib
import json
import re
import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

INTEGER = re.compile(r"-?\d+")
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
WORDS = {"true": True, "false": False}
OMITTED = object()


class Kind:
    """A setting's type without `Annotated` and `None`, and what was said about it: bounds and examples."""

    def __init__(self, annotation: Any, field: FieldInfo | None = None) -> None:
        said: list[Any] = [field] if field else []
        while True:
            if get_origin(annotation) is Annotated:
                annotation, *more = get_args(annotation)
                said += more
            elif get_origin(annotation) in (Union, types.UnionType):
                annotation = next(a for a in get_args(annotation) if a is not type(None))
            else:
                break
        self.type, self.origin, self.arguments = annotation, get_origin(annotation), get_args(annotation)
        fields = [part for part in said if isinstance(part, FieldInfo)]
        self.bounds = [*said, *(bound for part in fields for bound in part.metadata)]
        self.examples = [example for part in fields for example in part.examples or ()]
        self.default = field.default if field and not field.is_required() else None

    @property
    def section(self) -> type[BaseModel] | None:
        """The model, if it is one."""
        return self.type if isinstance(self.type, type) and issubclass(self.type, BaseModel) else None

    @property
    def scalar(self) -> bool:
        """Whether it is text, a number or a truth value."""
        return self.section is None and self.origin in (None, Literal)

    @property
    def required(self) -> dict[str, "Kind"]:
        """The parts of a section without a default."""
        fields = self.section.model_fields if self.section else {}
        return {n: Kind(f.annotation, f) for n, f in fields.items() if f.is_required()}

    @property
    def item(self) -> "Kind":
        """What a list holds."""
        return Kind(self.arguments[0] if self.origin is tuple else Any)

    @property
    def least(self) -> int:
        """The smallest whole number that it may be."""
        return max(
            [0, *(getattr(b, "ge", 0) for b in self.bounds), *(getattr(b, "gt", -1) + 1 for b in self.bounds)]
        )

    def of(self, name: str) -> "Kind":
        """What a section or map holds under a name."""
        if self.section:
            field = self.section.model_fields.get(name)
            return Kind(field.annotation, field) if field else Kind(Any)
        is_map = self.origin is not None and len(self.arguments) == 2 and self.origin is not tuple  # noqa: PLR2004
        return Kind(self.arguments[1] if is_map else Any)

    @property
    def scalars(self) -> tuple[type, ...]:
        """The Python types of a scalar."""
        return tuple({type(a) for a in self.arguments}) if self.origin is Literal else (self.type,)


def typed(tree: type[BaseModel], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of one stack with text read as what each setting is; other text stays, to be refused."""
    return _section(raw, Kind(tree), "", None)


def known(tree: type[BaseModel], raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same, with a stand-in for every encrypted value.

    Also what was taken for those that decide something, by dotted key: numbers, choices and sections.
    """
    taken: dict[str, Any] = {}
    return _section(raw, Kind(tree), "", taken), taken


def is_encrypted(value: Any) -> bool:
    """Whether it is what the CLI writes for a secret."""
    return isinstance(value, Mapping) and value.keys() == {"secure"} and isinstance(value["secure"], str)


def _section(raw: Mapping[str, Any], kind: Kind, key: str, taken: dict[str, Any] | None) -> dict[str, Any]:
    found = {}
    for name, value in raw.items():
        inner = kind.of(name)
        if not key and isinstance(value, str) and not inner.scalar:
            value = _structure(value)  # noqa: PLW2901  # at the root the CLI hands structures over as text
        read = _read(value, inner, f"{key}.{name}" if key else name, taken)
        if read is not OMITTED:
            found[name] = read
    if taken is not None and any(is_encrypted(value) for value in raw.values()):
        return _agreed(found, kind)
    return found


def _agreed(values: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """The values of a section of which some are stand-ins, so that they go together."""
    stand_ins = getattr(kind.section, "stand_ins", None)
    return values | stand_ins(values) if stand_ins else values


def _read(value: Any, kind: Kind, key: str, taken: dict[str, Any] | None) -> Any:
    if taken is not None and is_encrypted(value):
        return _stand_in(value["secure"], kind, key, taken)
    if isinstance(value, Mapping):
        return _section(value, kind, key, taken)
    if isinstance(value, list):
        return [_read(item, kind.item, f"{key}[{i}]", taken) for i, item in enumerate(value)]
    return _scalar(value, kind) if isinstance(value, str) else value


def _scalar(text: str, kind: Kind) -> Any:
    """What the text is as a truth value or number, where that is what the setting takes."""
    if bool in kind.scalars and text in WORDS:
        return WORDS[text]
    if int in kind.scalars and INTEGER.fullmatch(text):
        return int(text)
    if float in kind.scalars and NUMBER.fullmatch(text):
        return float(text)
    return text


def _structure(text: str) -> Any:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return text
    return value if isinstance(value, dict | list) else text


def _stand_in(ciphertext: str, kind: Kind, key: str, taken: dict[str, Any]) -> Any:
    """Something valid: the default (then the key is left out), an example, or the smallest there is."""
    digest = hashlib.sha256(ciphertext.encode()).hexdigest()
    if kind.default is not None:
        if not isinstance(kind.default, str) or kind.origin is Literal:
            taken[key] = kind.default
        return OMITTED
    if (str in kind.scalars and kind.origin is not Literal) or kind.type is Any:
        return kind.examples[0] if kind.examples else f"e{digest[:7]}"
    if kind.origin is tuple:
        value: Any = [_stand_in(ciphertext, kind.item, f"{key}[0]", {})]
    elif not kind.scalar:
        parts = {n: _stand_in(ciphertext, k, f"{key}.{n}", {}) for n, k in kind.required.items()}
        value = _agreed(parts, kind)
    elif kind.origin is Literal:
        value = kind.arguments[0]
    else:
        value = bool not in kind.scalars and kind.least
    taken[key] = value
    return value
