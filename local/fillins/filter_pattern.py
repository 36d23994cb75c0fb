"""CloudWatch Logs' filter patterns, as far as a metric filter of this program uses them.

`{ ($.status = "2*") && ($.latencyMs = *) }`: fields of a JSON line, all of which have to be there and match;
`*` stands for anything. Other patterns are refused, where AWS would know more.
"""

import fnmatch
import re
from collections.abc import Mapping
from typing import Any

TERM = re.compile(r'\(?\s*\$\.(\w+)\s*=\s*"?([^"()\s]+)"?\s*\)?')


class PatternError(ValueError):
    """A pattern that is not understood here."""


def terms(pattern: str) -> dict[str, str]:
    """What each field has to be like. Raises `PatternError`."""
    body = pattern.strip()
    found = [TERM.fullmatch(part.strip()) for part in body[1:-1].split("&&")]
    matched = [term for term in found if term]
    if not (body.startswith("{") and body.endswith("}")) or len(matched) < len(found):
        raise PatternError(
            f'the filter pattern {pattern!r} is not understood; what is, is {{ ($.a = "2*") && ($.b = *) }}'
        )
    return {term[1]: term[2] for term in matched}


def matches(line: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    """Whether a line has every field and each is as wanted."""
    return all(name in line and fnmatch.fnmatchcase(str(line[name]), like) for name, like in wanted.items())
