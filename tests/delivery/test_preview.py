"""One comment for a pair: what happens to both stacks, and to people on call."""

from pathlib import Path

import pytest

import rehearsal.cli
from delivery import preview
from delivery.cli import main
from delivery.digest import Digest, Step
from tests.delivery.programs import Programs
from tests.delivery.test_digest import STEPS


@pytest.fixture
def alarms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "alarms", lambda base, stack: f"alarms of {stack} against {base}\n")


@pytest.mark.usefixtures("alarms")
def test_both_stacks_are_previewed_each_with_the_profile_of_its_account(
    programs: Programs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.answer("pulumi", (["prod"], {"steps": STEPS}, "", 0), (["prod-monitor"], {"steps": []}, "", 0))
    out = tmp_path / "build" / "prod.md"
    asked = ["preview", "prod", "--service-profile", "s", "--monitor-profile", "m", "--out", str(out)]
    assert main([*asked, "--policy-pack", "policy"]) == 0
    words = ["--non-interactive", "--color", "never", "--policy-pack", "policy"]
    assert programs.calls == [
        ("pulumi", ["preview", "--json", "--stack", "prod", *words], "s", ""),
        ("pulumi", ["preview", "--json", "--stack", "prod-monitor", *words], "m", ""),
    ]
    text = out.read_text()
    assert text.startswith("<!-- inference-watch: prod -->\n## `prod`: what this change does\n")
    assert "### Stack `prod`: 1 deleted, 1 replaced, 1 created, 1 updated" in text
    assert "| replaced | Model | `m` | `containers` |" in text
    assert "### Stack `prod-monitor`: no change" in text
    assert text.endswith("### Alarms\n\nalarms of prod against origin/main\n")
    assert "prod-monitor: no change" in capsys.readouterr().err


@pytest.mark.usefixtures("alarms")
def test_a_failed_preview_is_told_in_the_comment_and_by_the_exit_code(
    programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.answer("pulumi", ([], "", "error: access denied", 255))
    assert main(["preview", "prod"]) == 1
    text = capsys.readouterr().out
    assert text.count("FAILED") == 2
    assert "> error: error: access denied" in text


def test_without_the_cli_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["preview", "prod"]) == 2
    assert capsys.readouterr().err.endswith("there is no pulumi on the PATH; install the Pulumi CLI.\n")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0, "printed\n"),
        (3, "printed\n"),
        (1, "Alarms could not be compared with `base`:\n\n```text\nwhy\n```\n"),
    ],
)
def test_alarms_that_cannot_be_compared_are_told_and_stop_nothing(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    programs.answer("python", ([], "printed\n", "why\n", code))
    monkeypatch.setattr("sys.executable", str(programs.folder / "python"))
    assert preview.alarms("base", "prod") == said
    words = ["-m", "rehearsal", "diff", "base", ".", "--stack", "prod", "--markdown"]
    assert [call[1] for call in programs.calls] == [words]


def test_the_rehearsal_takes_these_words(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["diff", "no-such-revision", ".", "--stack", "prod", "--markdown"]
    assert rehearsal.cli.main(arguments) == 2
    assert "no-such-revision" in capsys.readouterr().err


def step(what: str, name: str, *inputs: str) -> Step:
    return Step(what=what, type="Topic", name=name, inputs=inputs)


def test_the_comment_has_what_is_lost_first_the_rest_folded_and_what_pulumi_warned_of() -> None:
    both = [
        Digest(
            stack="p",
            steps=[step("replaced", "a", "name", "kmsKey"), step("created", "b")],
            problems=["warning: NOBODY IS PAGED", "warning: two"],
            failed=False,
        ),
        Digest(stack="p-monitor", steps=[step("deleted", "c")], problems=["error: no"], failed=True),
        Digest(stack="q", steps=[step("updated", "d", "policy")], problems=[], failed=False),
        Digest(stack="r", steps=[], problems=[], failed=False),
    ]
    table = ["| | resource | name | inputs that change |", "| --- | --- | --- | --- |"]
    folded = ["", "<details><summary>1 created or updated</summary>", "", *table]
    assert preview.comment("p", both, "\nthe same\n").split("\n") == [
        "<!-- inference-watch: p -->",
        "## `p`: what this change does",
        "",
        "### Stack `p`: 1 replaced, 1 created",
        "",
        "> warning: NOBODY IS PAGED",
        ">",
        "> warning: two",
        ">",
        "",
        *table,
        "| replaced | Topic | `a` | `name`, `kmsKey` |",
        *folded,
        "| created | Topic | `b` |  |",
        "",
        "</details>",
        "",
        "### Stack `p-monitor`: FAILED",
        "",
        "> error: no",
        ">",
        "",
        *table,
        "| deleted | Topic | `c` |  |",
        "",
        "### Stack `q`: 1 updated",
        "",
        "",
        *folded,
        "| updated | Topic | `d` | `policy` |",
        "",
        "</details>",
        "",
        "### Stack `r`: no change",
        "",
        "",
        "### Alarms",
        "",
        "the same",
        "",
    ]


def test_a_long_list_is_cut_and_says_so() -> None:
    steps = [Step(what="created", type="Topic", name=f"t{i}", inputs=[]) for i in range(preview.ROWS + 5)]
    text = preview.comment("p", [Digest(stack="p", steps=steps, problems=[], failed=False)], "same")
    assert text.count("| created |") == preview.ROWS
    assert "5 more are in the workflow's log." in text
    exact = [Digest(stack="p", steps=steps[: preview.ROWS], problems=[], failed=False)]
    assert "more are in" not in preview.comment("p", exact, "same")
