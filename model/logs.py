"""One JSON object a line, so that a stack trace is one event in CloudWatch Logs and fields can be queried."""

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final


class JsonFormatter(logging.Formatter):
    """Time (UTC), level, logger, process and message; `exception` with the stack trace if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Render a record as one line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


_TO_STDERR: Final = {"handlers": ["stderr"], "propagate": False}
# For gunicorn's `logconfig_dict`. Its access logger stays off: SageMaker counts and times every call itself.
CONFIG: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "model.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", **_TO_STDERR},
        "model": {"level": "INFO", **_TO_STDERR},
    },
}
