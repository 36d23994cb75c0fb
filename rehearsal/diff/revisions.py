"""What stands on the command line -> an alarm set: a file, a checkout's folder, or a git revision.

A revision's alarms are built by its own code: it is unpacked into a temporary folder, and `export` runs
there. The folder is gone afterwards. Nothing of the working tree is touched.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from config import ROOT
from rehearsal.errors import RehearsalError
from rehearsal.sources import stack
from rehearsal.sources.stack import Account, AlarmSet
from settings.slo import Slo

EXPORT = Path(__file__).with_name("export.py")
SERVICE = ("service_account", "monitor_account", "budget_ms", "cores", "gpus")
ELSEWHERE = "INFERENCE_WATCH_STACKS"  # would have it read the stack files of another folder
TIMEOUT_S = 120
LAST_LINES = 3


def read(word: str, stack_name: str, parameters: Mapping[str, str]) -> AlarmSet:
    """The alarms that `word` names. Raises `RehearsalError` for what is neither file, folder nor revision."""
    path = Path(word)
    if path.is_file():
        return replace(stack.of_file(path, parameters), name=word)
    if path.is_dir():
        return _built(path, word, stack_name)
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}")
    if commit.returncode:
        raise RehearsalError(
            f"{word}: neither a file nor a folder nor a revision of git here; give two files of alarms, or "
            "revisions such as main and HEAD with --stack"
        )
    archive = _git("archive", "--format=tar", commit.stdout.decode().strip())
    if archive.returncode:
        raise RehearsalError(f"{word}: git cannot unpack it: {archive.stderr.decode().strip()}")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
            tar.extractall(folder, filter="data")
        return _built(Path(folder), word, stack_name)


def _git(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(  # noqa: S603  # fixed words and one that git itself verifies
            ["git", "-C", str(ROOT), *arguments],  # noqa: S607  # the git of the user's PATH
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise RehearsalError("no git on the PATH to find a revision with; give two files of alarms") from None


def _built(folder: Path, word: str, stack_name: str) -> AlarmSet:
    """The alarms that the code in the folder builds."""
    program = EXPORT.read_text(encoding="utf-8")
    try:
        done = subprocess.run(  # noqa: S603  # this program's own code, of another revision
            [sys.executable, "-c", program, stack_name],
            cwd=folder,
            env={name: value for name, value in os.environ.items() if name != ELSEWHERE},
            capture_output=True,
            check=False,
            text=True,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise RehearsalError(f"{word}: building its alarms took over {TIMEOUT_S} s") from None
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-LAST_LINES:])
        raise RehearsalError(f"{word}: its own code builds no alarms of stack {stack_name}:\n{last}")
    return _known(json.loads(done.stdout), word)


def _known(data: Any, word: str) -> AlarmSet:
    """The set as this revision knows it; what only the other one knows is noted."""
    try:
        accounts = TypeAdapter(list[Account]).validate_python(data["accounts"])
        found = AlarmSet(
            name=word,
            accounts=accounts,
            slo=Slo.model_validate(data["slo"]),
            **{name: data[name] for name in SERVICE if name in data},
        )
    except (KeyError, ValidationError) as error:
        raise RehearsalError(
            f"{word}: this revision cannot read its alarms: {error}; compare files of alarms instead"
        ) from None
    known = TypeAdapter(list[Account]).dump_python(accounts, mode="json")
    strange = sorted(_strange(data["accounts"], known))
    return replace(found, notes=[f"{name} is unknown to this revision and not compared" for name in strange])


def _strange(data: Any, known: Any) -> set[str]:
    """Names of keys in `data` that were lost on the way to `known`."""
    if isinstance(data, Mapping) and isinstance(known, Mapping):
        return {
            name
            for key, own in data.items()
            for name in ([str(key)] if key not in known else _strange(own, known[key]))
        }
    if isinstance(data, list) and isinstance(known, list):
        return {name for own, other in zip(data, known, strict=False) for name in _strange(own, other)}
    return set()
