"""The forms of text that several settings share, and what every section is."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


@dataclass(frozen=True, slots=True)
class Matching:
    """Text of one form: `what` says it in words, with the consequence of another one."""

    pattern: str
    what: str

    def __call__(self, text: str) -> str:
        """Raises ValueError for other text."""
        if not re.fullmatch(self.pattern, text):
            raise ValueError(self.what)
        return text


def form(pattern: str, what: str) -> AfterValidator:
    """The validator of text of one form."""
    return AfterValidator(Matching(pattern, what))


Text = Annotated[str, Field(min_length=1)]
AccountId = Annotated[
    str,
    form(r"\d{12}", "an account id has 12 digits; with another one no provider would be allowed to deploy"),
    Field(examples=["111111111111"]),
]
# The commercial partition alone (`regionRegex` of `aws` in botocore's partitions.json): ARNs and names of
# services differ in the others, and not all that is deployed here is offered there.
RegionName = Annotated[
    str,
    form(
        r"(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+",
        "it should be a region of AWS's commercial partition, like eu-central-1. GovCloud, China and"
        " sovereign regions have other ARNs, which this program does not write: half of it would be"
        " refused there",
    ),
    Field(examples=["eu-central-1"]),
]
RunbookUrl = Annotated[
    str,
    form(
        r"|https?://[^\s/]+(/\S*)?",
        "it should be an address with its scheme, like https://example.com/runbook; whoever is paged could"
        " not open it",
    ),
    Field(examples=["https://example.com/runbook"]),
]
_WORD = r"[A-Za-z0-9_.-]{1,100}"
# A stack's name alone, or with its organization and project: the CLI's `ParseStackName` and `stackNameRegex`.
StackName = Annotated[
    str,
    form(
        rf"({_WORD}/{_WORD}/)?{_WORD}",
        "it should be a stack's name, like prod, or <organization>/<project>/<stack>, of letters, digits,"
        " hyphens, underscores and periods; Pulumi finds no stack by another one",
    ),
    Field(examples=["prod"]),
]
PlanName = Annotated[
    str,
    form(
        r"[a-z0-9-]{1,64}", "it should be 1 to 64 lower-case letters, digits and hyphens; it names resources"
    ),
]
ServiceName = Annotated[
    str,
    form(
        r"[a-z][a-z0-9_]{0,31}",
        "it should be the name of a folder in `services/`, 1 to 32 lower-case letters, digits"
        " and underscores:"
        " its functions are imported by it",
    ),
]
Retention = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653
]


class Section(BaseModel):
    """A mapping in the stack YAML."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
