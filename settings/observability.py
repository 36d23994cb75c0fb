"""The link between the two accounts."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.forms import Section


class Observability(Section):
    """The link through which the monitor account sees this account, to the sink `sink_arn`.

    AWS allows one link from an account to a sink. So it belongs to `bootstrap/`, and a service stack sets
    this only where it is alone in its account. The filters are AWS's, for example `Namespace LIKE 'AWS/%'`
    and `LogGroupName LIKE '/aws/lambda/%'`: what they leave out is neither drawn nor alarmed on. To take a
    filter away again set it to `*`; AWS keeps the old one otherwise.
    """

    sink_arn: Annotated[str, Field(pattern=r"^arn:[a-z-]+:oam:[a-z0-9-]+:\d{12}:sink/[\w-]+$")] | None = None
    metric_filter: Annotated[str, Field(pattern=r"^\*$|\bNamespace\b", max_length=2000)] | None = None
    log_filter: Annotated[str, Field(pattern=r"^\*$|\bLogGroupName\b", max_length=2000)] | None = None

    @model_validator(mode="after")
    def _filters_belong_to_a_link(self) -> Self:
        if self.sink_arn is None and (self.metric_filter or self.log_filter):
            raise ValueError("a filter without `sink_arn` filters nothing; set it where the link is made")
        return self

    def check_region(self, region: str) -> None:
        """Raises ValueError for a sink of another region: a link works within one."""
        if self.sink_arn is not None and self.sink_arn.split(":")[3] != region:
            raise ValueError(
                f"`observability.sink_arn` is not in {region}; a link works within one region. Name one there"
            )
