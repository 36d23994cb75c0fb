"""Alarms, canary and dashboard as a Pulumi component package, for programs in any language.

Each component is thin: it takes what Pulumi's schema can say, and makes what this program's own stacks are
made of.
"""

import tomllib
from pathlib import Path

from package.canary import DEFAULTS, Canary
from package.dashboard import Dashboard
from package.host import Package
from package.kpi_alarms import KpiAlarms
from package.slo_alarms import SloAlarms

_PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
NAME, VERSION = _PROJECT["name"], _PROJECT["version"]
COMPONENTS = (KpiAlarms, SloAlarms, Canary, Dashboard)
SECRET = {"secret": True}
SAID = {
    "Canary": {"apiKey": SECRET, "secrets": SECRET, **{key: {"default": it} for key, it in DEFAULTS.items()}}
}


def provider() -> Package:
    """What Pulumi serves, with its schema."""
    return Package(list(COMPONENTS), NAME, VERSION, SAID)
