"""Alarms, canary and dashboard as a Pulumi component package, for programs in any language.

Each component is thin: it takes what Pulumi's schema can say, and makes what this program's own stacks are
made of.
"""

from package.canary import Canary
from package.dashboard import Dashboard
from package.kpi_alarms import KpiAlarms
from package.slo_alarms import SloAlarms

NAME, VERSION = "inference-watch", "0.1.0"
COMPONENTS = (KpiAlarms, SloAlarms, Canary, Dashboard)
