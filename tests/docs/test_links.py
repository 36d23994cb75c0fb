"""Links in what people read: each leads to a file, and to a heading that is there."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
INDEX = DOCS / "README.md"
PAGES = [*(ROOT / name for name in ("README.md", "CHANGELOG.md", "SECURITY.md")), *sorted(DOCS.rglob("*.md"))]
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
HEADING = re.compile(r"^#{1,6} +(.*?) *$", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:")


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them: equal ones are numbered."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in HEADING.findall(FENCED.sub("", text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def targets(text: str) -> list[str]:
    """What the page's own links lead to; what stands in code is none."""
    return list(LINK.findall(CODE.sub("", FENCED.sub("", text))))


def broken(page: Path) -> list[str]:
    """The relative links of a page that lead nowhere."""
    found = []
    for target in targets(page.read_text(encoding="utf-8")):
        if ELSEWHERE.match(target):
            continue
        path, _, anchor = unquote(target).partition("#")
        there = (page.parent / path).resolve() if path else page
        outside = not there.is_relative_to(ROOT)
        if (
            outside
            or not there.exists()
            or (anchor and anchor not in anchors(there.read_text(encoding="utf-8")))
        ):
            found.append(target)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    assert broken(page) == []


def test_the_index_names_every_page_once() -> None:
    named = Counter(
        target.partition("#")[0] for target in targets(INDEX.read_text(encoding="utf-8")) if "#" not in target
    )
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {INDEX.name}
    assert {page for page in named if page.endswith(".md") and not page.startswith("..")} == pages
    assert {page: times for page, times in named.items() if times > 1} == {}


def test_the_first_page_and_the_security_policy_lead_on() -> None:
    assert "docs/README.md" in targets((ROOT / "README.md").read_text(encoding="utf-8"))
    assert "docs/security.md" in targets((ROOT / "SECURITY.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "link",
    [
        "missing.md",
        "#nothing",
        "there.md#nothing",
        "there.md#in-code",
        "there.md#twice-2",
        "../../../outside.md",
    ],
)
def test_a_link_that_leads_nowhere_is_found(
    link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "there.md").write_text("# `A` title: *it*!\n\n## Twice\n\n## Twice\n\n```\n# In code\n```\n")
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n[to]({link}) `[no](link.md)`\n\n```\n[no](link.md)\n```\n")
    assert broken(page) == [link]
    page.write_text(
        "# Page\n\n[a](there.md#a-title-it) [b](there.md#twice-1) [c](#page) [d](https://example.com/x)\n"
    )
    assert broken(page) == []
