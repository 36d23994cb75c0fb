"""Who may import whom: the folder names tell where things are, and this keeps them true."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT

ROOMS = (
    "bootstrap",
    "components",
    "delivery",
    "monitoring",
    "rehearsal",
    "handlers",
    "model",
    "policy",
    "services",
    "local",
    "reports",
    "discovery",
    "package",
    "bench",
)
FILES = ("config", "settings", "entry")
# What each room may import besides itself; None is anything.
ALLOWED: dict[str, set[str] | None] = {
    "__main__": {"config", "settings", "components"},
    "config": {"settings", "monitoring", "entry"},  # its command
    "settings": {"handlers"},  # services are checked by what runs them
    "bootstrap": {"config", "settings", "components"},
    # Athena's tables are those of the evidence's schema, and its collector is the report's own code.
    "components": {"settings", "monitoring", "entry", "reports"},
    "delivery": {"entry"},
    "entry": set(),
    # It writes what the configuration reads, with plans as the usage reporter calls them, and says what
    # watching costs.
    "discovery": {"config", "settings", "entry", "handlers", "monitoring", "rehearsal"},
    "monitoring": {"settings", "entry"},  # its command
    "rehearsal": {"monitoring", "config", "settings", "entry"},
    "reports": {"monitoring", "handlers", "entry"},  # usage is read as the usage reporter reads it
    "handlers": set(),
    "model": set(),
    "package": {"components", "monitoring", "settings"},
    "policy": {"config"},  # to run the program that it judges
    "services": {"entry"},  # its command; a service itself imports nothing
    "local": None,
    "bench": None,
}
FORBIDDEN = {
    "monitoring": {"pulumi", "pulumi_aws", "boto3", "botocore"},
    "rehearsal": {"pulumi", "pulumi_aws", "boto3", "botocore"},
    "components": {"boto3", "botocore"},
}
FLOOR_FILES = 15  # a folder of more is hard to find one's way in
# What each floor may import of the others of its room; the room's own files may import all of them.
FLOORS: dict[str, dict[str, set[str]]] = {
    "components": {
        "account": {"shared"},
        "monitor": {"notify", "shared"},
        "notify": {"shared"},
        "service": {"account", "notify", "shared"},
        "shared": set(),
    },
    "monitoring": {
        "alarms": {"catalogue"},
        "catalogue": set(),
        "dashboards": {"alarms", "catalogue"},
        "notify": {"alarms", "catalogue"},
    },
    "rehearsal": {
        "cloudwatch": set(),
        "sources": {"cloudwatch"},
        "incident": {"cloudwatch", "sources"},
        "report": {"cloudwatch", "incident", "sources"},
        "history": {"cloudwatch", "incident", "sources"},
        "fidelity": {"cloudwatch", "history", "sources"},
        "diff": {"cloudwatch", "incident", "lint", "sources"},
        "frontier": {"cloudwatch", "incident", "sources", "report"},
        "lint": {"cloudwatch", "sources"},
        "peers": {"cloudwatch", "incident", "sources", "report"},
    },
    "reports/sla": {
        "collect": {"evidence", "figures", "show"},
        "evidence": set(),
        "figures": {"evidence", "result"},
        "show": {"evidence", "figures", "result"},
        "result": set(),
    },
}


def imports(path: Path) -> set[str]:
    """The first names of everything a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


def files(room: str) -> list[Path]:
    single = ROOT / f"{room}.py"
    installed = ROOT / "policy" / "venv"
    found = (path for path in (ROOT / room).rglob("*.py") if installed not in path.parents)
    return [single] if single.exists() else sorted(found)


@pytest.mark.parametrize("room", [room for room, allowed in ALLOWED.items() if allowed is not None])
def test_a_room_imports_only_what_it_may(room: str) -> None:
    allowed = ALLOWED[room]
    assert allowed is not None
    for path in files(room):
        ours = imports(path) & {*ROOMS, *FILES}
        assert ours <= allowed | {room}, path


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_hangs_on_tests(room: str) -> None:
    for path in files(room):
        assert "tests" not in imports(path), path


@pytest.mark.parametrize("room", sorted(FORBIDDEN))
def test_a_room_stays_free_of_the_libraries_it_does_not_need(room: str) -> None:
    for path in files(room):
        assert not imports(path) & FORBIDDEN[room], path


@pytest.mark.parametrize("room", FLOORS)
def test_each_floor_of_a_room_imports_only_those_below_it(room: str) -> None:
    floors = {path.parent.name for path in (ROOT / room).glob("*/__init__.py")}
    assert floors == set(FLOORS[room])
    package = re.escape(room.replace("/", "."))
    for floor, allowed in FLOORS[room].items():
        for path in (ROOT / room / floor).rglob("*.py"):
            found = set(re.findall(rf"^\s*from {package}\.(\w+)", path.read_text(), re.MULTILINE))
            assert found & floors <= allowed | {floor}, path


def test_every_folder_is_small_enough_to_be_seen_at_once() -> None:
    for folder in {path.parent for room in (*ROOMS, *FILES) for path in files(room)}:
        assert len(set(folder.glob("*.py")) - {folder / "__init__.py"}) <= FLOOR_FILES, folder


@pytest.mark.parametrize("module", ["rehearsal", "monitoring", "config", "settings"])
def test_importing_it_does_not_bring_in_pulumi_or_boto3(module: str) -> None:
    code = f"import sys, {module}; print([m for m in ('pulumi', 'boto3', 'botocore') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  # fixed words
    assert done.stdout.strip() == "[]"


def test_only_config_touches_pulumi_config() -> None:
    for room in ROOMS:
        for path in files(room):
            assert "pulumi.Config(" not in path.read_text(), path


def test_stack_outputs_are_exported_in_main_alone() -> None:
    exporting = [p for room in ROOMS for p in files(room) if "pulumi.export(" in p.read_text()]
    assert exporting == [ROOT / "bootstrap" / "__main__.py"]


def test_the_program_file_stays_short() -> None:
    assert len((ROOT / "__main__.py").read_text().splitlines()) <= 40
