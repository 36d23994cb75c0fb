"""Puts a text under a pull request, in place of the one of before: `python -m delivery.comment`.

Runs without anything installed: it is called where the token may write, which nothing of the pull request's
own code should. Needs GitHub's CLI `gh` with the environment's token.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# The first line, by which the comment is found again. Whoever comments may write it, too, and could change
# afterwards what stands there: only the author's own comment is replaced.
MARKER = "<!-- inference-watch: {} -->"
LONGEST = 65_536  # characters, GitHub's own limit
CUT = "\n\nThe text is longer than a comment may be; all of it is in the workflow's artefact.\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or replace the comment; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m delivery.comment", description=__doc__)
    parser.add_argument("text", type=Path, help="the Markdown file; its first line marks the comment")
    parser.add_argument("--repository", required=True, help="owner/name")
    parser.add_argument("--pull-request", required=True, type=int, help="its number")
    parser.add_argument(
        "--author",
        default="github-actions[bot]",
        help="whose comment it replaces: the token's (default: that of workflows)",
    )
    options = parser.parse_args(arguments)
    body = options.text.read_text(encoding="utf-8")
    if len(body) > LONGEST:
        body = body[: LONGEST - len(CUT)] + CUT
    place = f"repos/{options.repository}/issues"
    try:
        known = json.loads(_gh(f"{place}/{options.pull_request}/comments", "--paginate", "--slurp"))
        theirs = [each for page in known for each in page if each["user"]["login"] == options.author]
        earlier = earlier_comment(theirs, body.partition("\n")[0])
        if earlier is None:
            _gh(f"{place}/{options.pull_request}/comments", "--method", "POST", "--input", "-", body=body)
        else:
            _gh(f"{place}/comments/{earlier}", "--method", "PATCH", "--input", "-", body=body)
    except (OSError, RuntimeError) as error:
        sys.stderr.write(f"error: the comment was not written: {error}\n")
        return 1
    return 0


def earlier_comment(comments: Sequence[dict[str, object]], marker: str) -> object:
    """The id of the comment that begins with this marker, or None."""
    return next((each["id"] for each in comments if str(each.get("body", "")).startswith(marker)), None)


def _gh(place: str, *words: str, body: str | None = None) -> str:
    sent = None if body is None else json.dumps({"body": body})
    done = subprocess.run(  # noqa: S603  # words of this program; the text goes by standard input
        ["gh", "api", place, *words],  # noqa: S607  # wherever it is installed
        input=sent,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"gh exited with {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
