"""Which requests are traced, and in whose form."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings.forms import Section, Text, form


class SamplingRule(Section):
    """An X-Ray sampling rule: `reservoir` traces a second, then `rate` (0 to 1) of the rest."""

    name: Annotated[
        str,
        form(r"[a-z0-9-]{1,16}", "it should be 1 to 16 lower-case letters, digits and hyphens; X-Ray has 32"),
    ]
    priority: Annotated[int, Field(ge=1, le=9999)]
    rate: Annotated[float, Field(ge=0, le=1)]
    reservoir: Annotated[int, Field(ge=0)] = 1
    url_path: Text = "*"
    http_method: Text = "*"
    host: Text = "*"


class Otlp(Section):
    """An OTLP endpoint for traces, by HTTP, and the headers it wants, such as a key: they are secrets.

    AWS's own, `https://xray.<region>.amazonaws.com/v1/traces`, is signed for and wants none; the account has
    to have Transaction Search, which sends all its spans to CloudWatch Logs.
    """

    endpoint: Annotated[
        str,
        form(
            r"https://[^\s/?#]+(/[^\s#]*)?|http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s#]*)?",
            "it should be an address with https, like https://otlp.example.com/v1/traces, or one of a"
            " collector in the function's own environment; spans would travel in plain",
        ),
        Field(examples=["https://otlp.example.com/v1/traces"]),
    ]
    headers: Mapping[
        Annotated[
            str,
            form(r"[A-Za-z0-9-]+", "it should be a header's name, of letters, digits and hyphens"),
        ],
        Annotated[
            str,
            form(r"[\x20-\x7e]+", "it should be printable ASCII: nothing else can be sent as a header"),
        ],
    ] = {}

    @model_validator(mode="after")
    def _aws_signs(self) -> Self:
        if self.headers and re.match(r"https://xray\.[a-z0-9-]+\.amazonaws\.com/", self.endpoint):
            raise ValueError("AWS's own endpoint takes a signature and no `headers`; take them away")
        return self


class Tracing(Section):
    """X-Ray sampling rules, first match by priority wins, and how a request is recorded.

    `backend` `otlp` records OpenTelemetry spans instead of X-Ray segments: sent to X-Ray through Lambda's
    daemon, or with `otlp` to an endpoint. The decision to sample stays API Gateway's, by the rules.
    """

    backend: Literal["xray", "otlp"] = "xray"
    otlp: Otlp | None = None
    rules: tuple[SamplingRule, ...] = (SamplingRule(name="default", priority=9000, rate=0.01, reservoir=1),)

    @model_validator(mode="after")
    def _an_endpoint_is_for_spans(self) -> Self:
        if self.otlp is not None and self.backend != "otlp":
            raise ValueError("`otlp` has no effect with `backend: xray`; set `backend: otlp`")
        return self

    @model_validator(mode="after")
    def _each_rule_has_its_place(self) -> Self:
        for what, seen in (
            ("name", [r.name for r in self.rules]),
            ("priority", [r.priority for r in self.rules]),
        ):
            if len(set(seen)) < len(seen):
                raise ValueError(f"two rules have one {what}, so which of them decides is open; change one")
        return self
