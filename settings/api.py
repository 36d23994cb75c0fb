"""The API's stage: the throttle of all callers together, and the web ACL."""

from typing import Annotated

from pydantic import Field

from settings.forms import Section


class Waf(Section):
    """A web ACL in front of the stage: AWS's common and bad-input rules and a rate limit per address."""

    requests_per_5_min: Annotated[int, Field(ge=100)] = 10_000


class Api(Section):
    """The REST API's stage."""

    rate_per_s: Annotated[float, Field(gt=0)] = 100
    burst: Annotated[int, Field(ge=1)] = 200
    waf: Waf | None = None
