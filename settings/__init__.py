"""The tree of settings that a stack's YAML is read into: strict, frozen, one file a section.

Pure data: no Pulumi. Unknown keys, wrong types and sections of the other stack's role are refused by the
models themselves; `config` turns that into messages for people.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from settings.alarms import AlarmsTuning
from settings.api import Api
from settings.budget import Budget
from settings.canary import Canary
from settings.evidence import Evidence
from settings.existing import Existing
from settings.forms import AccountId, RegionName, Retention, RunbookUrl, Section, ServiceName, StackName, form
from settings.inference import Inference
from settings.kpis import OwnKpi
from settings.kpis.quotas import Quotas
from settings.maintenance import Maintenance
from settings.model import Model
from settings.notifications import Notifications
from settings.observability import Observability
from settings.reference_data import ReferenceData
from settings.service import Service, load
from settings.slo import Levels, Slo
from settings.tracing import Tracing
from settings.usage_plans import UsagePlan

STAGE = "live"
VARIANT = "main"


class Accounts(Section):
    """The two account ids."""

    service: AccountId
    monitor: Annotated[AccountId, Field(examples=["222222222222"])]


Role = Literal["service", "watch", "monitor"]
SERVED: tuple[Role, ...] = ("service", "watch")  # of the account that customers call
# The roles that a section is for, where it is not for all.
ROLES: Mapping[str, tuple[Role, ...]] = {
    **dict.fromkeys(("slo", "levels", "alarms", "kpis", "quotas", "maintenance", "observability"), SERVED),
    **dict.fromkeys(("service", "reference_data", "model", "inference", "api", "usage_plans"), ("service",)),
    **dict.fromkeys(("existing", "probes"), ("watch",)),
    **dict.fromkeys(("watches", "canary", "evidence"), ("monitor",)),
}


class Settings(Section):
    """Everything a stack is built from. Sections of the other role must be left at their defaults."""

    name: Annotated[
        str,
        form(
            r"[a-z]([a-z0-9]|-(?!-)){0,22}[a-z0-9]",
            "it should be 2 to 24 lower-case letters, digits and single hyphens, a letter first and no hyphen"
            " last; it begins every physical name, and AWS refuses others and longer ones",
        ),
    ] = "inference"
    role: Role
    env: Annotated[
        str,
        form(
            r"(?!monitor$)[a-z][a-z0-9]{1,7}",
            "it should be 2 to 8 lower-case letters and digits, a letter first, and not `monitor`: with"
            " `name` it begins every physical name, which AWS limits, and no two services may share one. For"
            " production, say `prod`",
        ),
        Field(examples=["dev"]),
    ]
    region: RegionName
    accounts: Accounts
    log_retention_days: Retention = 30
    deletion_protection: bool = True
    runbook_url: RunbookUrl = ""
    notifications: Notifications = Notifications()
    budget: Budget | None = None

    service: ServiceName = "wine"
    slo: Slo = Slo()
    levels: Levels = Levels()
    alarms: AlarmsTuning = AlarmsTuning()
    kpis: Mapping[str, OwnKpi] = {}
    quotas: Quotas = Quotas()
    maintenance: tuple[Maintenance, ...] = ()
    reference_data: ReferenceData = ReferenceData()
    model: Model = Model()
    inference: Inference = Inference()
    api: Api = Api()
    usage_plans: tuple[UsagePlan, ...] = ()
    tracing: Tracing = Tracing()
    observability: Observability = Observability()

    existing: Existing = Existing()
    probes: str = ""

    watches: tuple[StackName, ...] = ()
    canary: Canary = Canary()
    evidence: Evidence = Evidence()

    @property
    def chosen(self) -> Service:
        """The service of `service`, checked. Raises `ServiceError`."""
        return load(self.service)

    @property
    def base(self) -> str:
        """The prefix of every physical name, the API's name, and the `Service` dimension."""
        return f"{self.name}-{self.env}"

    @property
    def account_id(self) -> str:
        """The account that this stack is for."""
        return self.accounts.service if self.role in SERVED else self.accounts.monitor

    @property
    def one_account(self) -> bool:
        """Whether what watches is where the API is."""
        return self.accounts.service == self.accounts.monitor
