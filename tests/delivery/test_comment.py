"""One comment a pair and pull request, replaced in place."""

import json
from pathlib import Path

import pytest

from delivery import comment
from tests.delivery.programs import Programs

COMMENTS = "repos/acme/watch/issues/7/comments"


def by(login: str, number: int, body: str | None) -> dict[str, object]:
    return {"id": number, "body": body, "user": {"login": login}}


BOT, MARK = "github-actions[bot]", "<!-- inference-watch: prod -->\nold"


def write(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "text.md").write_text(text)
    return [str(tmp_path / "text.md"), "--repository", "acme/watch", "--pull-request", "7"]


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        ([[]], [COMMENTS, "--method", "POST"]),
        (
            [[by(BOT, 1, "thanks")], [by(BOT, 2, MARK.replace("prod", "dev"))], [by(BOT, 3, f"> {MARK}")]],
            [COMMENTS, "--method", "POST"],
        ),
        ([[by("somebody", 8, MARK)]], [COMMENTS, "--method", "POST"]),
        (
            [[by("somebody", 8, MARK), by(BOT, 1, None)], [by(BOT, 9, MARK), by(BOT, 10, MARK)]],
            ["repos/acme/watch/issues/comments/9", "--method", "PATCH"],
        ),
    ],
)
def test_the_comment_of_this_pair_is_replaced_and_no_other(
    programs: Programs, tmp_path: Path, known: list[list[dict[str, object]]], wanted: list[str]
) -> None:
    programs.answer("gh", (["--paginate"], known, "", 0), (["--method"], "{}", "", 0))
    text = "<!-- inference-watch: prod -->\nnew"
    assert comment.main(write(tmp_path, text)) == 0
    (_, asked, _, nothing), (_, wrote, _, sent) = programs.calls
    assert (asked, nothing) == (["api", COMMENTS, "--paginate", "--slurp"], "")
    assert wrote == ["api", *wanted, "--input", "-"]
    assert json.loads(sent) == {"body": text}


def test_at_a_desk_ones_own_comment_is_replaced(programs: Programs, tmp_path: Path) -> None:
    programs.answer(
        "gh", (["--paginate"], [[by(BOT, 8, MARK), by("ann", 9, MARK)]], "", 0), ([], "{}", "", 0)
    )
    assert comment.main([*write(tmp_path, MARK), "--author", "ann"]) == 0
    assert programs.calls[-1][1][1].endswith("comments/9")


def test_a_text_longer_than_a_comment_may_be_is_cut_and_says_so(programs: Programs, tmp_path: Path) -> None:
    programs.answer("gh", (["--paginate"], [[]], "", 0), (["--method"], "{}", "", 0))
    assert comment.main(write(tmp_path, "x" * comment.LONGEST)) == 0
    assert json.loads(programs.calls[-1][3])["body"] == "x" * comment.LONGEST
    assert comment.main(write(tmp_path, "x" * (comment.LONGEST + 1))) == 0
    body = json.loads(programs.calls[-1][3])["body"]
    assert len(body) == comment.LONGEST
    assert body.endswith("all of it is in the workflow's artefact.\n")


def test_a_refusal_is_told(programs: Programs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    programs.answer("gh", ([], "", "HTTP 403: Resource not accessible by integration", 1))
    assert comment.main(write(tmp_path, "text")) == 1
    assert "the comment was not written: HTTP 403" in capsys.readouterr().err
