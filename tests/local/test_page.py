"""docs/local.md says what the command line, the faults, the summary and the catalogue are."""

import re
from pathlib import Path
from typing import Any

import config
from local import cli, summary
from local.run.faults import FAULTS
from monitoring.stacks import stacks
from monitoring.watched import Watched

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "local.md").read_text()


def section(title: str) -> str:
    """What is below the heading, up to the next."""
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The cells of the section's table, without its head."""
    table = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[2:]]


def test_every_option_is_described_and_none_that_does_not_exist() -> None:
    shown = {line.split()[0] for line in cli.parser().format_help().splitlines() if re.match(r"  --", line)}
    documented = [re.findall(r"--\w+", cells[0])[0] for cells in rows("Options")]
    assert sorted(documented) == sorted(shown)


def test_every_fault_is_described_with_its_code_and_reason() -> None:
    documented = {cells[0].strip("`"): cells for cells in rows("Faults")}
    assert set(documented) == set(FAULTS)
    for name, fault in FAULTS.items():
        _, _, customers, canary = documented[name]
        codes = set(re.findall(r"`(\w+)`", customers))
        assert codes == fault.codes - {"", "wrong_value"}, name
        assert set(re.findall(r"`(\w+)`", canary)) == fault.reasons, name


def test_every_field_of_the_summary_is_described_as_its_schema_does() -> None:
    schema: dict[str, Any] = summary.schema()
    expected = []
    for name, field in schema["properties"].items():
        inner = [
            field,
            *field.get("anyOf", ()),
            field.get("items", {}),
            field.get("additionalProperties", {}),
        ]
        found = [each["$ref"] for each in inner if isinstance(each, dict) and "$ref" in each]
        part = schema["$defs"][found[0].rpartition("/")[2]] if found else {"properties": {}}
        text = field.get("description") or part["description"]
        more = ", ".join(f"`{each}`" for each in part["properties"])
        expected.append([f"`{name}`", f"{text} {more}." if more else text])
    assert rows("`summary.json`") == expected


def test_the_alarms_that_the_page_names_exist() -> None:
    watched = Watched.of(config.parse(config.read_stack("dev")))
    both = stacks(watched)
    names = {entry.alarm.name for entry in (*both.service, *both.monitor)}
    named = set(re.findall(r"`((?:monitor-)?page-[a-z0-9-]+)`", section("Faults")))
    assert len(named) >= 3
    assert {f"{watched.name}-{name}" for name in named} <= names
