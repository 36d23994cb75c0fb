"""Stack files of every kind: read as the Pulumi CLI reads them, or refused in a sentence."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from config import ConfigError, stack_files

NO_CLI = "No pulumi on the PATH: what the real CLI reads was not compared."
MAP = "config:\n  p:m:\n"
READ_ALIKE = {
    "nothing": b"",
    "comments alone": b"# a\n# b\n",
    "an empty config": b"config:\n",
    "words that are no truth values": (MAP + "    a: yes\n    b: on\n    c: off\n    d: n\n").encode(),
    "truth values": (MAP + "    a: true\n    b: FALSE\n").encode(),
    "numbers": (
        MAP + "    a: 010\n    b: 0o10\n    c: 0x60\n    d: 1_000\n    e: +5\n    f: 0b11\n"
    ).encode(),
    "fractions": (MAP + "    a: 1.50\n    b: 1e3\n    c: .5\n    d: 1.\n    e: 5e-1\n").encode(),
    "an account id with a leading zero, not quoted": (MAP + "    a: 012345678901\n").encode(),
    "an account id with a leading zero, quoted": (MAP + '    a: "012345678901"\n').encode(),
    "times of day": (MAP + "    a: 12:30\n").encode(),
    "nulls": (MAP + "    a: ~\n    b: null\n    c:\n").encode(),
    "scalars at the root": b"config:\n  p:a: 90\n  p:b: false\n  p:c: 1.5\n  p:d: yes\n  p:e: 1e3\n",
    "keys without a namespace": b"config:\n  a: x\n  p:config:b: y\n",
    "other namespaces": b"config:\n  aws:region: x\n  pulumi:tags: {a: b}\n  other:k: [1]\n  p:a: z\n",
    "a byte order mark": b"\xef\xbb\xbfconfig:\n  p:a: x\n",
    "Windows line ends": b"config:\r\n  p:a: x\r\n  p:m: {b: 2}\r\n",
    "anchors": b"x: &x {a: 1}\nconfig:\n  p:m: *x\n  p:n: {<<: *x, b: 2}\n",
    "keys that are no text": (MAP + "    1: a\n    true: b\n").encode(),
    "the CLI's own keys": b"encryptionsalt: v1:abc\nsecretsprovider: passphrase\nconfig:\n  p:a: x\n",
    "flow style": b"{config: {'p:a': x, 'p:m': {b: [1, '2']}}}\n",
}
REFUSED = {
    "a list": (b"[a, b]\n", "holds a list"),
    "text": (b"hello\n", "holds text"),
    "config as a list": (b"config:\n  - p:a: 1\n", "`config` holds keys and values"),
    "config as text": (b"config: x\n", "`config` holds keys and values"),
    "a key twice": (b"config:\n  p:a: 1\n  p:a: 2\n", "line 3: 'p:a' is there already in line 2"),
    "a key twice, deep": (b"config:\n  p:m: {a: 1, a: 2}\n", "line 2: 'a' is there already in line 2"),
    "a key with and without namespace": (b"config:\n  a: 1\n  p:a: 2\n", "p:a is there twice"),
    "a tab": (b"config:\n\tp:a: 1\n", "line 2: a tab"),
    "a misspelled config": (b"confg:\n  p:a: 1\n", "Did you mean `config`?"),
    "a capital config": (b"Config:\n  p:a: 1\n", "Did you mean `config`?"),
    "keys that are not below config": (b"p:a: 1\n", "Indent it below `config:`"),
    "two documents": (b"config: {}\n---\nconfig: {}\n", "a second YAML document"),
    "bytes": (b"config:\n  p:a: !!binary aGk=\n", "the tag 'tag:yaml.org,2002:binary'"),
    "another tag": (b"config:\n  p:a: !x 1\n", "the tag '!x'"),
    "not closed": (b"config: {p:a: [1\n", "line"),
    "Latin-1": (b"config:\n  p:a: \xe9\n", "is not UTF-8"),
    "control characters": (b"config:\n  p:a: \x01\n", "control characters"),
    "itself": (b"config: &c\n  p:m: *c\n", "recursive"),
    "a list for a key": (b"config:\n  p:m: {[a]: 1}\n", "keys are text"),
    "depth": (b"config:\n  p:a: " + b"[" * 1500, "nested too deeply"),
}


def written(folder: Path, content: bytes) -> Path:
    path = folder / "Pulumi.dev.yaml"
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project `p` with a stack `dev` of the real CLI."""
    if shutil.which("pulumi") is None:
        pytest.skip(NO_CLI)
    folder = tmp_path_factory.mktemp("cli")
    (folder / "Pulumi.yaml").write_text("name: p\nruntime: yaml\n")
    pulumi(folder, "stack", "init", "dev")
    return folder


def pulumi(folder: Path, *arguments: str) -> str:
    (folder / "state").mkdir(exist_ok=True)
    environment = os.environ | {
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    command = ["pulumi", *arguments, "--non-interactive"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)  # noqa: S603  # fixed words
    return done.stdout


def as_program_sees_it(values: dict[str, Any]) -> dict[str, str]:
    return {
        key: v if isinstance(v, str) else json.dumps(v, separators=(",", ":"), sort_keys=True)
        for key, v in values.items()
    }


@pytest.mark.parametrize("kind", READ_ALIKE)
def test_it_is_read_as_the_real_cli_reads_it(cli: Path, kind: str) -> None:
    path = written(cli, READ_ALIKE[kind])
    theirs = json.loads(pulumi(cli, "config", "--json", "-s", "dev"))
    ours = as_program_sees_it(stack_files.read(path, "p"))
    assert {key: json.loads(v) if v[:1] in "[{" and v else v for key, v in ours.items()} == {
        key: entry.get("objectValue", entry["value"]) for key, entry in theirs.items()
    }


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_with_file_and_reason(tmp_path: Path, kind: str) -> None:
    content, reason = REFUSED[kind]
    with pytest.raises(ConfigError) as refused:
        stack_files.read(written(tmp_path, content), "p")
    assert str(refused.value).startswith("Pulumi.dev.yaml")
    assert reason in str(refused.value)


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"Pulumi\.dev\.yaml cannot be read"):
        stack_files.read(tmp_path / "Pulumi.dev.yaml", "p")


def test_what_a_project_declares_is_its_defaults_and_the_values_of_other_namespaces(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(
        "name: p\nconfig:\n  a: {default: 3}\n  b: {type: string}\n  aws:region: {value: x}\n  c: 1\n"
    )
    assert stack_files.declared(tmp_path / "Pulumi.yaml") == (
        "p",
        {"p:a": "3", "aws:region": "x", "p:c": "1"},
    )


def test_stacks_are_named_by_their_files(tmp_path: Path) -> None:
    for name in ("Pulumi.yaml", "Pulumi.b.yaml", "Pulumi.a-monitor.yaml", "Pulumi.eu.dev.yaml"):
        (tmp_path / name).touch()
    assert stack_files.stacks(tmp_path) == ["a-monitor", "b", "eu.dev"]
