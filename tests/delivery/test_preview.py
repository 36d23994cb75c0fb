"""One comment for a pair: what happens to both stacks, and to people on call."""

import json
from pathlib import Path

import pytest

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


def test_alarms_that_cannot_be_compared_are_told_and_stop_nothing() -> None:
    assert preview.alarms("no-such-revision", "prod").startswith(
        "Alarms could not be compared with `no-such-revision`:"
    )


def test_a_long_list_is_cut_and_says_so() -> None:
    steps = [Step(what="created", type="Topic", name=f"t{i}", inputs=[]) for i in range(preview.ROWS + 5)]
    text = preview.comment("p", [Digest(stack="p", steps=steps, problems=[], failed=False)], "same")
    assert text.count("| created |") == preview.ROWS
    assert "5 more are in the workflow's log." in text


def test_the_json_of_a_preview_is_not_kept(programs: Programs) -> None:
    programs.answer("pulumi", ([], json.dumps({"steps": []}), "", 0))
    assert not list(programs.folder.glob("*.md"))
