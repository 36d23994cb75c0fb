"""Files that are no YAML, or YAML that JSON cannot hold."""

from pathlib import Path

import pytest

from tests.settings.probes.wrong import named, probe, told

WRONG: dict[str, tuple[str | bytes, str]] = {
    "tab": ("authorization: none\nprobes:\n\t- name: a\n", "3: a tab, with which YAML does not"),
    "key twice": (probe("expect: {status: 200, status: 201}"), "5: 'status' is there twice; it is"),
    "key of a list": (
        "authorization: none\n? [a, b]\n: c\nprobes: []\n",
        "2: a key that is a list or a mapping",
    ),
    "alias of nothing": ("authorization: none\nprobes: *x\n", "2: found undefined alias 'x'; it"),
    "alias of itself": ("authorization: none\nprobes: &x [*x]\n", "2: it is nested too deep, or holds"),
    "two documents": (named("a") + "---\nprobes: []\n", "3: a second YAML document (`---`)"),
    "nothing": ("", "1: nothing is there, and the key"),
    "list": ("- name: a\n", "1: it should be a mapping, like `key:"),
    "other encoding": (
        "authorization: none\nprobes: [{name: a, path: '/ä'}]\n".encode("latin-1"),
        "2: it is no text in UTF-8, so nothing",
    ),
    "control character": ("authorization: none\nprobes: \0\n", "2: a control character, which YAML"),
    "tag of Python": (
        "authorization: none\nprobes: !!python/object/apply:os.system ['id']\n",
        "2: the tag 'python/object/apply:os",
    ),
    "quote without an end": (
        "authorization: none\nprobes: [{name: 'a, path: /}]\n",
        "3: found unexpected end of stream",
    ),
}


@pytest.mark.parametrize(("content", "said"), WRONG.values(), ids=WRONG.keys())
def test_one_sentence_tells_the_place_the_consequence_and_the_fix(
    content: str | bytes, said: str, tmp_path: Path
) -> None:
    told(tmp_path, content, said)
