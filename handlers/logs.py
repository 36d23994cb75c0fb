"""JSON logs: one object a line on standard error, where Lambda reads it as it is.

A line holds `timestamp` and `level`, which Lambda's own JSON log format needs to filter it, `logger`,
`message` and the fields passed as `extra={"fields": {...}}`. Deliberately no more: which fields are
safe to log is decided where they are logged.
"""

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

OURS = "handlers"


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object; values that JSON does not know become text."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line of JSON, with its traceback, if any, as one text field."""
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "timestamp": f"{seconds}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields: Mapping[str, Any] = getattr(record, "fields", {})
        line.update(fields)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure() -> None:
    """Make every log of this process JSON: ours from INFO, other libraries' from WARNING."""
    output = logging.StreamHandler()
    output.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [output]  # Lambda's runtime installs one of its own, which would write each line twice
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.INFO)
