"""CloudFormation's intrinsic functions, as far as a template alone resolves them.

Source: "Intrinsic function reference" of the CloudFormation guide. What only deploying would tell (a
resource's id, an account's number, another stack's export) stays in the text as `${Name}`.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rehearsal.errors import RehearsalError
from rehearsal.sources.found import Unknown

MOST_VALUES = 1_000_000
ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
LOOP = "Fn::ForEach::"
_VARIABLE = re.compile(r"\$\{([^!${}][^${}]*)\}")
_NONE = object()  # AWS::NoValue: the key that has it is not there


class Template:
    """One template's parameters, mappings, conditions and resources."""

    def __init__(self, document: Mapping[str, Any], given: Mapping[str, str]) -> None:
        self._parameters = _map(document.get("Parameters"))
        self._mappings = _map(document.get("Mappings"))
        self._conditions = _map(document.get("Conditions"))
        self._given = given
        self._open: list[str] = []
        self._left = MOST_VALUES
        self.resources = {name: _map(r) for name, r in self._looped(_map(document.get("Resources")))}

    def exists(self, resource: Mapping[str, Any]) -> bool:
        """Whether the resource's condition holds; one that is not known does."""
        name = resource.get("Condition")
        return not isinstance(name, str) or self._condition(name) is not False

    def resolve(self, value: Any) -> Any:
        """`value` with its functions carried out; keys whose value is AWS::NoValue are left out."""
        self._left -= 1
        if self._left < 0:
            raise RehearsalError(f"over {MOST_VALUES} values once its functions are carried out; shorten it")
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not _NONE]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            function = self._functions.get(str(name))
            if function is not None:
                return function(argument)
            if str(name).startswith("Fn::"):
                return Unknown(f"${{{name}}}")
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not _NONE}

    @property
    def _functions(self) -> Mapping[str, Callable[[Any], Any]]:
        return {
            "Ref": self._ref,
            "Fn::GetAtt": self._attribute,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::FindInMap": self._find,
            "Fn::If": self._if,
            "Fn::ToJsonString": lambda value: json.dumps(self.resolve(value)),
            "Fn::Length": lambda value: _length(self.resolve(value)),
        }

    def _ref(self, name: Any) -> Any:
        if name == "AWS::NoValue":
            return _NONE
        name = str(name)
        if name in self._given:
            return self._given[name]
        parameter = _map(self._parameters.get(name))
        if "Default" in parameter and not str(parameter.get("Type")).startswith("AWS::SSM::"):
            default = parameter["Default"]
            lists = str(parameter.get("Type")) == "CommaDelimitedList" or str(
                parameter.get("Type")
            ).startswith("List<")
            return [part.strip() for part in str(default).split(",")] if lists else default
        return self._alarm_name(name) or Unknown(f"${{{name}}}")

    def _attribute(self, argument: Any) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else _list(self.resolve(argument))
        name = str(parts[0]) if parts else ""
        alarm = self._alarm_name(name)
        if alarm is not None and parts[-1] == "Arn":
            return f"arn:aws:cloudwatch:${{AWS::Region}}:${{AWS::AccountId}}:alarm:{alarm}"
        return Unknown("${" + ".".join(map(str, parts)) + "}")

    def _alarm_name(self, logical: str) -> str | None:
        resource = _map(self.resources.get(logical))
        if resource.get("Type") not in ALARMS or logical in self._open:
            return None
        return self.alarm_name(logical)

    def alarm_name(self, logical: str) -> str:
        """The name of an alarm; its logical id where CloudFormation makes one up."""
        self._open.append(logical)
        name = self.resolve(_map(self.resources[logical].get("Properties")).get("AlarmName"))
        self._open.pop()
        return logical if name in (None, _NONE, "") else str(name)

    def _sub(self, argument: Any) -> Any:
        text, own = (*argument, {})[:2] if isinstance(argument, list) and argument else (argument, {})
        own = _map(own)
        if not isinstance(text, str):
            return Unknown("${Fn::Sub}")
        unknown = False

        def replace(match: re.Match[str]) -> str:
            nonlocal unknown
            name = match[1].strip()
            value = (
                self.resolve(own[name])
                if name in own
                else self._attribute(name)
                if "." in name
                else self._ref(name)
            )
            unknown |= isinstance(value, Unknown)
            return ",".join(map(str, value)) if isinstance(value, list) else str(value)

        result = _VARIABLE.sub(replace, text).replace("${!", "${")
        return Unknown(result) if unknown else result

    def _join(self, argument: Any) -> Any:
        delimiter, items = _pair(self.resolve(argument))
        if not isinstance(items, list):
            return Unknown("${Fn::Join}")
        joined = str(delimiter).join(map(str, items))
        return Unknown(joined) if any(isinstance(item, Unknown) for item in items) else joined

    def _select(self, argument: Any) -> Any:
        index, items = _pair(self.resolve(argument))
        try:
            return items[int(index)] if isinstance(items, list) else Unknown("${Fn::Select}")
        except (ValueError, TypeError, IndexError):
            return Unknown("${Fn::Select}")

    def _split(self, argument: Any) -> Any:
        delimiter, text = _pair(self.resolve(argument))
        if not isinstance(text, str) or not delimiter or isinstance(text, Unknown):
            return Unknown("${Fn::Split}")
        return text.split(str(delimiter))

    def _find(self, argument: Any) -> Any:
        found: Any = self._mappings
        keys = _list(self.resolve(argument))
        for key in keys[:3]:
            found = _map(found).get(str(key), _NONE)
        if found is not _NONE and keys:
            return self.resolve(found)
        default = _map(keys[3]).get("DefaultValue", _NONE) if len(keys) > 3 else _NONE  # noqa: PLR2004  # after the keys
        return Unknown("${Fn::FindInMap}") if default is _NONE else default

    def _if(self, argument: Any) -> Any:
        name, *values = _list(argument) or [None]
        holds = self._condition(name) if isinstance(name, str) else None
        if len(values) != 2 or holds is None:  # noqa: PLR2004  # if so, and if not
            return Unknown(f"${{Fn::If {name}}}")
        return self.resolve(values[0 if holds else 1])

    def _condition(self, name: str) -> bool | None:
        if name in self._open or name not in self._conditions:
            return None
        self._open.append(name)
        holds = self._holds(self._conditions[name])
        self._open.pop()
        return holds

    def _holds(self, test: Any) -> bool | None:
        """Whether a condition holds; None if only deploying would tell."""
        if not isinstance(test, Mapping) or len(test) != 1:
            return None
        ((name, argument),) = test.items()
        match name:
            case "Condition":
                return self._condition(str(argument))
            case "Fn::Equals":
                left, right = _pair(self.resolve(argument))
                unknown = isinstance(left, Unknown) or isinstance(right, Unknown)
                return None if unknown else _text(left) == _text(right)
            case "Fn::Not":
                inner = [self._holds(part) for part in _list(argument)]
                return not inner[0] if inner in ([True], [False]) else None
            case "Fn::And" | "Fn::Or":
                parts = [self._holds(part) for part in _list(argument)]
                decisive = name == "Fn::Or"
                return decisive if decisive in parts else None if None in parts else not decisive
            case _:
                return None

    def _looped(self, resources: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The resources, those in Fn::ForEach written out."""
        for name, resource in resources.items():
            if not name.startswith(LOOP):
                yield name, resource
                continue
            parts = _list(resource)
            items = self.resolve(parts[1]) if len(parts) == 3 else ()  # noqa: PLR2004  # name, list, body
            for item in items if isinstance(items, list) else ():
                text = json.dumps(parts[2], default=str)
                for mark in (f"${{{parts[0]}}}", f"&{{{parts[0]}}}"):
                    text = text.replace(mark, json.dumps(str(item))[1:-1])
                body = json.loads(text.replace(json.dumps({"Ref": parts[0]}), json.dumps(str(item))))
                yield from self._looped(_map(body))


def _length(value: Any) -> Any:
    return len(value) if isinstance(value, list) else Unknown("${Fn::Length}")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pair(value: Any) -> tuple[Any, Any]:
    return (value[0], value[1]) if isinstance(value, list) and len(value) == 2 else (None, None)  # noqa: PLR2004  # a pair


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
