"""Every command of the pages: what it calls takes it, and what it needs besides is reviewed here.

What changes a stack is not only read but run, in order, on the real engine: tests/engine/test_pages.py.
"""

import argparse
import re
import runpy
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from tests.docs.commands import ALL, ROOT, Command

# What a command begins with -> what it needs, and what of it is tested without.
NEEDS: Mapping[str, tuple[str, str]] = {
    "aws": ("AWS", "AWS's own program; its operations and options are held against AWS's models"),
    "inference-watch sla --evidence s3:": ("AWS", "a bucket with evidence; tests/reports/sla reads folders"),
    "inference-watch sla collect": (
        "AWS",
        "what CloudWatch measured; tests/reports/sla/collect asks stand-ins",
    ),
    "make smoke": ("AWS", "what is deployed is asked; tests/reports/smoke asks stand-ins"),
    "python -m model.push": (
        "Docker and AWS",
        "an image in ECR; tests/model/test_push.py stands in for both",
    ),
    "python -m monitoring discover": ("AWS", "an API to find; tests/discovery finds some on the emulator"),
    "python -m monitoring drill": ("AWS", "CloudWatch that publishes; tests/reports/drill asks stand-ins"),
    "python -m rehearsal history": (
        "AWS",
        "what CloudWatch measured; tests/reports/test_history.py asks stand-ins",
    ),
    "python -m rehearsal tune": (
        "AWS",
        "what CloudWatch measured; tests/rehearsal/test_tune.py has files of it",
    ),
}
MAKE = re.compile(r"^([a-z-]+(?:/[a-z-]+)*):(.*)$((?:\n\t.*)*)", re.MULTILINE)
SHELL = {"cd", "export", "."}
GLOBAL = {"query", "output", "region", "profile"}


class Taken(Exception):  # noqa: N818  # no error
    """The parser took the arguments; nothing is done with them."""


@pytest.fixture(autouse=True)
def parsed_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Programs end once their arguments were taken. What they do with Ctrl-C is put back."""
    parse = argparse.ArgumentParser.parse_args

    def stop(self: Any, *given: Any) -> None:
        parse(self, *given)
        raise Taken

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", stop)
    monkeypatch.setattr(sys, "argv", ["program"])
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def python(words: Sequence[str]) -> None:
    """`-m MODULE ...`: its own parser takes the words."""
    module, *sys.argv[1:] = words
    try:
        runpy.run_module(module, run_name="__main__")
    except Taken:
        return
    except SystemExit as ended:
        assert (ended.code, words[-1]) == (0, "--help"), f"{module} ends with {ended.code}"  # noqa: PT017
    else:
        raise AssertionError(f"{module} has no parser of arguments: it ran")


@cache
def recipes() -> dict[str, str]:
    """What each target of the Makefile runs."""
    return {name: recipe for name, _, recipe in MAKE.findall((ROOT / "Makefile").read_text())}


def make(words: Sequence[str]) -> None:
    """Targets that are there, and a program that takes what `ARGS` gives it."""
    given = dict(word.split("=", 1) for word in words if "=" in word)
    for target in (word for word in words if "=" not in word):
        recipe = recipes()[target]
        if "ARGS" in given:
            (called,) = re.findall(r"python -m (.*)\$\(ARGS\)", recipe)
            python([*called.split(), *given["ARGS"].split()])


def aws(words: Sequence[str]) -> None:
    """An operation of the service, with all parameters that it must have and none that it has not."""
    service, operation, *rest = words
    if (service, operation) == ("s3", "cp"):
        assert len(rest) == 2
        return
    session = botocore.session.get_session()
    name = service.removesuffix("api")
    model = session.get_service_model(name)
    known = {xform_name(each, "-"): each for each in model.operation_names}
    if operation == "wait":
        waits = session.get_waiter_model(name)
        waiter, *rest = rest
        (operation,) = (
            xform_name(waits.get_waiter(each).operation, "-")
            for each in waits.waiter_names
            if xform_name(each, "-") == waiter
        )
    shape = model.operation_model(known[operation]).input_shape
    assert shape is not None
    takes = {xform_name(each, "-"): each in shape.required_members for each in shape.members}
    options = {word.removeprefix("--") for word in rest if word.startswith("--")} - GLOBAL
    assert options <= takes.keys(), f"no such option: {options - takes.keys()}"
    assert options >= {each for each, needed in takes.items() if needed}, f"it takes {takes}"


def judge(command: Command) -> None:
    """Fails when what is called would not take the command's words."""
    for words in command.calls:
        _judge(words)


def _judge(words: Sequence[str]) -> None:
    if not words or words[0] in SHELL or "=" in words[0]:
        return
    program, *rest = words
    match program:
        case "make":
            make(rest)
        case "python":
            assert rest.pop(0) == "-m"
            python(rest)
        case "inference-watch":
            python(["entry", *rest])
        case "aws":
            aws(rest)
        case "pulumi":
            pass  # run, or marked
        case _:
            assert program in {"git", "jq", "perl", "pipx", "rm"}, "what is that?"


def needs(text: str) -> str:
    """What a command needs, by the table."""
    begins = [begin for begin in NEEDS if text.startswith(begin)]
    return NEEDS[max(begins, key=len)][0] if begins else ""


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize("command", ALL, ids=lambda command: command.place)
def test_what_is_called_takes_it_and_needs_what_the_page_says(command: Command) -> None:
    place = f"{command.place}: mark it `# needs ...` on the page and say why in NEEDS"
    assert command.needs == needs(command.plain), place
    judge(command)


def test_every_need_is_some_commands() -> None:
    assert {begin for begin in NEEDS if not any(each.plain.startswith(begin) for each in ALL)} == set()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("make nothing", KeyError),
        ('make local ARGS="--fault none-such"', BaseException),
        ("python -m rehearsal frontier --no-such 1", BaseException),
        ("inference-watch none", BaseException),
        ("aws dynamodb scan --output text", AssertionError),
        ("aws dynamodb scan --table-name a --no-such b", AssertionError),
        ("aws dynamodb wait none --table-name a", ValueError),
        ("no-such-program", AssertionError),
    ],
)
def test_what_would_not_be_taken_is_found(text: str, error: type[BaseException]) -> None:
    command = Command(page="page.md", line=1, block=1, text=text, needs="")
    with pytest.raises(error):
        judge(command)
