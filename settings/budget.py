"""What the account may cost, and when AWS Budgets says that it costs more."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings.forms import Section

NOTIFICATIONS = 5  # of one budget at most: CreateBudget, AWS Billing and Cost Management API reference
Threshold = Annotated[float, Field(gt=0, le=1000)]


class Budget(Section):
    """A budget of AWS's for the month, which tells who hears of warnings.

    `actual_pct` are shares of `monthly_usd` that are spent, `forecast_pct` those that AWS expects to be spent
    by the month's end. Taxes count, credits and refunds do not: they would hide what is used. `account`
    counts all of the account, whatever else is in it; `service` what has the tag `service`, which has to be
    activated as a cost allocation tag first: nothing counts before, and never what AWS bills without a tag.
    """

    monthly_usd: Annotated[float, Field(ge=1)]
    counts: Literal["account", "service"] = "account"
    actual_pct: tuple[Threshold, ...] = (80, 100)
    forecast_pct: tuple[Threshold, ...] = (100,)

    @model_validator(mode="after")
    def _aws_takes_it(self) -> Self:
        for name, listed in (("actual_pct", self.actual_pct), ("forecast_pct", self.forecast_pct)):
            if len(set(listed)) < len(listed):
                raise ValueError(f"`{name}` has a threshold twice; AWS refuses the second. Name each once")
        if not 1 <= len(self.actual_pct) + len(self.forecast_pct) <= NOTIFICATIONS:
            raise ValueError(
                f"`actual_pct` and `forecast_pct` should have 1 to {NOTIFICATIONS} thresholds together: AWS"
                " refuses more, and without any nobody hears of it"
            )
        return self
