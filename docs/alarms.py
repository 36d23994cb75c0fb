"""Writes docs/alarms.md from the alarm catalogue: `python docs/alarms.py`, or `--check` to only compare."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import config  # noqa: E402  # the line above makes it importable
from monitoring import page  # noqa: E402

PAGE = ROOT / "docs" / "alarms.md"
STACK = "prod"
COMMAND = "python docs/alarms.py"


def text() -> str:
    """The page for the shipped production stacks."""
    service = config.parse(config.read_stack(STACK))
    monitor = config.parse(config.read_stack(f"{STACK}-monitor"))
    return page.page(service.watched(), command=COMMAND, canary_every_minutes=monitor.canary.every_minutes)


def main() -> int:
    """Write or check; 1 when the page is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 when the page is stale")
    if not parser.parse_args().check:
        PAGE.write_text(text())
        return 0
    if PAGE.read_text() == text():
        return 0
    sys.stderr.write(f"docs/alarms.md is stale; run `{COMMAND}`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
