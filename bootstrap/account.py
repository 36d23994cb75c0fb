"""The settings of one account and region: what it needs once, whatever services are in it."""

from typing import Literal, Self

from pydantic import model_validator

from settings import Accounts
from settings.delivery import Delivery
from settings.forms import AccountId, RegionName, Section
from settings.observability import Observability

SERVICE_ONLY = ("api_gateway_logs",)
MONITOR_ONLY = ("further_sources",)


class AccountSettings(Section):
    """What exists already is switched off here, or named (`observability.sink_arn` of a monitor account).

    In a service account `observability` is the link to the monitor account's sink. `sharing` is one role an
    account: switch it off in the second region. `further_sources` are more service accounts that may link
    and keep their state here. `delivery` is for deployment from GitHub, and for state in the monitor account.
    """

    role: Literal["service", "monitor"]
    region: RegionName
    accounts: Accounts
    deletion_protection: bool = True
    sharing: bool = True
    observability: Observability = Observability()
    api_gateway_logs: bool = True
    further_sources: tuple[AccountId, ...] = ()
    delivery: Delivery = Delivery()

    @model_validator(mode="after")
    def _settings_fit_the_role(self) -> Self:
        for name in MONITOR_ONLY if self.role == "service" else SERVICE_ONLY:
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(f"`{name}` has no effect in a {self.role} account; set it in the other's")
        if self.role == "monitor" and (self.observability.metric_filter or self.observability.log_filter):
            raise ValueError("a filter has no effect in a monitor account; set it where the link is made")
        self.observability.check_region(self.region)
        self._check_delivery()
        return self

    def _check_delivery(self) -> None:
        delivery, key = self.delivery, self.delivery.state_key_arn
        if self.role == "service" and delivery.state:
            raise ValueError("`delivery.state` has no effect in a service account; set it in the monitor's")
        if delivery.state and key:
            raise ValueError("`delivery.state` makes the key, so `delivery.state_key_arn` names another one")
        if key and not delivery.repository:
            raise ValueError(
                "`delivery.state_key_arn` is for the roles of `delivery.repository`; set that too"
            )
        if key and key.split(":")[3:5] != [self.region, self.accounts.monitor]:
            raise ValueError(
                f"`delivery.state_key_arn` is not in {self.region} of the monitor account, where the state is"
            )

    @property
    def account_id(self) -> str:
        """The account that this stack is for."""
        return self.accounts.service if self.role == "service" else self.accounts.monitor
