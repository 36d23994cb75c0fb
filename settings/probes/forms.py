"""The forms of what stands in a file of probes, and what every part of one is."""

from typing import Annotated, Any

from pydantic import BeforeValidator, field_validator
from pydantic_core.core_schema import ValidationInfo

from settings.forms import Section, Text, form
from settings.service.errors import NOTHING

# Written by the canary itself, or by the connection.
KEPT = {
    "content-type": "Give it as `content_type`.",
    "content-length": "Remove it.",
    "transfer-encoding": "Remove it.",
    "connection": "Remove it.",
    "host": "Remove it; `url` says where a call goes.",
}
HEADER = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # a token of RFC 9110
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_PORT = "(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
_ORIGIN = (
    rf"(https://({_LABEL}(\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])|http://(127\.0\.0\.1|localhost|\[::1\])){_PORT}"
)
_PATH = r"(/([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?"
_PLAIN = "https, and no user, blank, `#` or `${…}` in it; secrets go there, and would be read on the way"
ANYTHING = ("body", "equals")  # null is a value of these


class Part(Section):
    """A mapping in the files; a key without a value is a slip."""

    @field_validator("*", mode="after")
    @classmethod
    def _is_given(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.field_name not in ANYTHING:
            raise ValueError(NOTHING)
        return value


def _number(value: Any) -> Any:
    """A number in a path or a query is the text it is written as."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Number = BeforeValidator(_number)
Texts = dict[str, Annotated[str, Number]]
HeaderName = Annotated[str, form(HEADER, "it should be the name of a header; no other could be sent")]
Visible = Annotated[
    str,
    form(
        r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?",
        "it should be plain ASCII on one line, without blanks at its ends; no header has other",
    ),
]
Media = Annotated[
    str,
    form(
        rf"{HEADER}/{HEADER}( *;[\x20-\x7e]*[\x21-\x7e])?",
        "it should be a media type like application/json; no server knows another",
    ),
]
Https = Annotated[
    Text,
    form(
        rf"{_ORIGIN}{_PATH}(\?[\x21\x24-\x7a\x7e]*)?",
        f"it should be an address like https://auth.example.com/oauth2/token: {_PLAIN}",
    ),
]
Origin = Annotated[
    Text,
    form(
        f"{_ORIGIN}{_PATH}",
        f"it should be an address like https://login.example.com: {_PLAIN}; a query is `request.query`",
    ),
]
