"""List prices that are no alarm's, from `docs/costs.yaml`, and what they are multiplied with."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

DATA = Path(__file__).with_name("costs.yaml")
STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)


class Price(BaseModel):
    """One list price; `page` is AWS's, `read` where the figure was read, `date` of when it is.

    `doubt` is why it is not confirmed.
    """

    model_config = STRICT

    dollars: float = Field(gt=0)
    per: str
    page: str = Field(pattern="^https://aws.amazon.com/")
    read: str = Field(min_length=1)
    date: str = Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")
    doubt: str = ""


class Assumed(BaseModel):
    """What the prices are multiplied with where no setting says it."""

    model_config = STRICT

    function_ms: float
    model_ms: float
    reads: float
    answer_kb: float
    log_kb: float
    canary_ms: float
    canary_mb: float
    waf_rules: int
    access_log_kb: float
    evidence_metrics: int
    evidence_queries: int
    evidence_objects: int
    evidence_s: float
    evidence_mb: int
    spans: int
    span_kb: float
    signals: float


class Costs(BaseModel):
    """The whole of costs.yaml."""

    model_config = STRICT

    prices: Mapping[str, Price]
    assumed: Assumed


@cache
def costs() -> Costs:
    """The prices in force."""
    return Costs.model_validate(yaml.safe_load(DATA.read_text(encoding="utf-8")))
