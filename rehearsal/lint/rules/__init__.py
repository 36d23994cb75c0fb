"""The rules, one a module, by theme. What is in a theme's folder is a rule."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from rehearsal.lint.rule import Rule, of_module

THEMES: Mapping[str, str] = {
    "refused": "What CloudWatch refuses",
    "metrics": "Metrics that nobody publishes",
    "thresholds": "Thresholds that are never reached, or always",
    "statistics": "Statistics that say something else",
    "windows": "Periods and windows",
    "silence": "Missing data",
    "expressions": "Metric math and anomaly bands",
    "composites": "Composite alarms and suppressors",
    "actions": "Actions",
    "sets": "Alarms beside each other, and what they cost",
}


@cache
def every() -> Mapping[str, Rule]:
    """Every rule by its id, theme by theme."""
    found: dict[str, Rule] = {}
    for theme in THEMES:
        package = import_module(f"{__name__}.{theme}")
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
            rule = of_module(import_module(f"{package.__name__}.{module.name}"))
            found[rule.id] = rule
    return found
