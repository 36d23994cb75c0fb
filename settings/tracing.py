"""Which requests are traced."""

from typing import Annotated, Self

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


class Tracing(Section):
    """X-Ray sampling rules, first match by priority wins."""

    rules: tuple[SamplingRule, ...] = (SamplingRule(name="default", priority=9000, rate=0.01, reservoir=1),)

    @model_validator(mode="after")
    def _each_rule_has_its_place(self) -> Self:
        for what, seen in (
            ("name", [r.name for r in self.rules]),
            ("priority", [r.priority for r in self.rules]),
        ):
            if len(set(seen)) < len(seen):
                raise ValueError(f"two rules have one {what}, so which of them decides is open; change one")
        return self
