"""The trace report: which hop spends the time of a request, and what got slower.

`report` and `compare` take X-Ray segment documents as plain mappings; `html_fragment` draws the service map
and the waterfalls for another page. Files are read by `files`, AWS by `xray`; `cli` is the command.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.traces.api import compare, report
    from reports.traces.measure.change import Comparison
    from reports.traces.read.segments import SegmentError
    from reports.traces.result import TraceReport
    from reports.traces.show.html import html_fragment, html_page
    from reports.traces.summary import UnknownTraceError
else:
    _HOMES = {
        "api": ("compare", "report"),
        "measure.change": ("Comparison",),
        "read.segments": ("SegmentError",),
        "result": ("TraceReport",),
        "show.html": ("html_fragment", "html_page"),
        "summary": ("UnknownTraceError",),
    }

    def __getattr__(name: str) -> object:
        """Imports what is asked for: the command's help needs none of it."""
        for home, names in _HOMES.items():
            if name in names:
                return getattr(import_module(f"{__name__}.{home}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "Comparison",
    "SegmentError",
    "TraceReport",
    "UnknownTraceError",
    "compare",
    "html_fragment",
    "html_page",
    "report",
]
