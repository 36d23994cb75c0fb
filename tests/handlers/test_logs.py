import json
import logging
from collections.abc import Iterator

import pytest

from handlers import logs


@pytest.fixture
def _own_logging() -> Iterator[None]:
    root = logging.getLogger()
    ours = logging.getLogger(logs.OURS)
    handlers, level, our_level = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], root.level, ours.level = handlers, level, our_level


def test_a_line_is_one_json_object_with_the_given_fields() -> None:
    record = logging.makeLogRecord(
        {
            "name": "handlers.x",
            "levelname": "INFO",
            "msg": "did %s",
            "args": ("it",),
            "created": 1_700_000_000.25,
        }
    )
    record.msecs = 250.0
    record.fields = {"n": 1, "odd": {1}}
    assert json.loads(logs.JsonFormatter().format(record)) == {
        "timestamp": "2023-11-14T22:13:20.250Z",
        "level": "INFO",
        "logger": "handlers.x",
        "message": "did it",
        "n": 1,
        "odd": "{1}",
    }


@pytest.mark.usefixtures("_own_logging")
def test_configured_logs_are_json_once_with_our_infos_and_others_warnings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logging.getLogger().addHandler(logging.StreamHandler())  # as Lambda's runtime does before us
    logs.configure()
    logging.getLogger("botocore").info("dropped")
    logging.getLogger("botocore").warning("kept")
    logging.getLogger("handlers.inference").info("ours")
    try:
        int("boom")
    except ValueError:
        logging.getLogger("handlers.inference").exception("failed")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["level"], line["message"]) for line in lines] == [
        ("WARNING", "kept"),
        ("INFO", "ours"),
        ("ERROR", "failed"),
    ]
    assert "ValueError: invalid literal for int() with base 10: 'boom'" in lines[-1]["exception"]
