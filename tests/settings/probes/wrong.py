"""Wrong files of probes, as somebody writes them who sees one for the first time."""

from pathlib import Path

from settings.probes import file
from settings.service import ServiceError

HUSH = "hush-eyJhbGciOi"  # a secret that stands where none may


def probe(lines: str) -> str:
    """A file with one probe that has these lines, the first of which is line 5."""
    head = "authorization: none\nprobes:\n  - name: a\n    path: /a\n"
    return head + "".join(f"    {line}\n" for line in lines.splitlines())


def schema(text: str) -> str:
    """A file whose one probe expects this schema, in line 6."""
    return probe(f"expect:\n  schema: {text}")


def value(text: str, *, schema: str = "true") -> str:
    """A file whose one probe expects this value, in line 8; a `schema` of true is left out."""
    known = "  max_ms: 9" if schema == "true" else f"  schema: {schema}"
    return probe(f"expect:\n{known}\n  values:\n    - {text}")


def path(text: str) -> str:
    """A file whose one probe has this path, in line 4."""
    return f"authorization: none\nprobes:\n  - name: a\n    path: {text}\n"


def login(take: str, lines: str = "request: {headers: {X-A: '${x}'}}") -> str:
    """A file whose one probe takes `x` in a step before it, in line 5; then come `lines`."""
    return probe(f"before: [{{name: b, path: /b, take: {{x: {take}}}}}]\n{lines}")


def named(name: str) -> str:
    """A file whose one probe has this name, in line 2."""
    return f"authorization: none\nprobes: [{{name: {name}, path: /a}}]\n"


def problems(folder: Path, content: str | bytes) -> list[str]:
    """What is said of the file; empty where it is taken."""
    wrong = folder / "probes.yaml"
    wrong.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        file.read(wrong).exported()
    except ServiceError as error:
        return [problem.replace(f"{folder}/", "") for problem in error.problems]
    return []


def told(folder: Path, content: str | bytes, said: str) -> None:
    """Holds that one sentence is said of the file, which begins so: line, place and what is wrong."""
    (problem,) = problems(folder, content)
    assert problem.startswith(f"probes.yaml:{said}"), problem
    assert problem.endswith((".", "?"))
    assert problem.isprintable()
    assert HUSH not in problem
