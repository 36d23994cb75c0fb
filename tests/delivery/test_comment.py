"""One comment a pair and pull request, replaced in place."""

import json
from pathlib import Path

import pytest

from delivery import comment
from tests.delivery.programs import Programs

COMMENTS = "repos/acme/watch/issues/7/comments"


def write(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "text.md").write_text(text)
    return [str(tmp_path / "text.md"), "--repository", "acme/watch", "--pull-request", "7"]


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        ([[]], [COMMENTS, "--method", "POST"]),
        (
            [[{"id": 1, "body": "thanks"}], [{"id": 2, "body": "<!-- inference-watch: dev -->\nold"}]],
            [COMMENTS, "--method", "POST"],
        ),
        (
            [[{"id": 1, "body": None}], [{"id": 9, "body": "<!-- inference-watch: prod -->\nold"}]],
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
    (_, _, _, sent) = programs.calls[-1]
    assert programs.calls[-1][1][:4] == ["api", *wanted]
    assert json.loads(sent) == {"body": text}


def test_a_text_longer_than_a_comment_may_be_is_cut_and_says_so(programs: Programs, tmp_path: Path) -> None:
    programs.answer("gh", (["--paginate"], [[]], "", 0), (["--method"], "{}", "", 0))
    assert comment.main(write(tmp_path, "x" * 70_000)) == 0
    body = json.loads(programs.calls[-1][3])["body"]
    assert len(body) == comment.LONGEST
    assert body.endswith("all of it is in the workflow's artefact.\n")


def test_a_refusal_is_told(programs: Programs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    programs.answer("gh", ([], "", "HTTP 403: Resource not accessible by integration", 1))
    assert comment.main(write(tmp_path, "text")) == 1
    assert "the comment was not written: HTTP 403" in capsys.readouterr().err
