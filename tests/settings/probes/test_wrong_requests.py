"""What cannot be sent, or is sent elsewhere: steps, methods, bodies, headers, paths, addresses, names."""

from pathlib import Path

import pytest

from tests.settings.probes.wrong import login, named, path, probe, told

X = "'${x}'"
WRONG: dict[str, tuple[str, str]] = {
    "value of a later step": (
        probe("before: [{name: b, path: '/${x}'}]\ntake: {x: {pointer: /x}}"),
        "5: probes[0].before[0].path: `${x}` is no value that an earlier",
    ),
    "value of itself": (
        probe("before: [{name: b, path: '/${x}', take: {x: {pointer: /x}}}]"),
        "5: probes[0].before[0].path: `${x}` is no value that an earlier",
    ),
    "values in a circle": (
        probe(
            "before: [{name: b, path: '/${y}', take: {x: {pointer: /x}}},"
            " {name: c, path: '/${x}', take: {y: {pointer: /y}}}]"
        ),
        "5: probes[0].before[0].path: `${y}` is no value that an earlier",
    ),
    "value by its step": (
        login("{pointer: /x}", "request: {headers: {X-A: '${b.x}'}}"),
        "6: probes[0].request.headers: `${b.x}` is no value that an earlier",
    ),
    "value that nobody uses": (
        login("{pointer: /x}", "method: GET"),
        "5: probes[0].before[0].take.x: no step uses it, so it would only",
    ),
    "value by a text": (login("/x"), "5: probes[0].before[0].take.x: it should be a mapping, like `key:"),
    "clean-up of nothing": (
        probe("cleanup: [{name: b, path: '/${x}'}]"),
        "5: probes[0].cleanup[0].path: `${x}` is no value that an earlier",
    ),
    "steps of one name": (
        probe("before: [{name: b, path: /b}, {name: b, path: /c}]"),
        "5: probes[0].before[1].name: 'b' is the name of another step",
    ),
    "steps by another key": (
        probe("steps: [{name: b, path: /b}]"),
        "5: probes[0].steps: unknown key; it would have no",
    ),
    "steps as a mapping": (
        probe("before: {name: b, path: /b}"),
        "5: probes[0].before: it should be a list, each item",
    ),
    "steps by their names": (
        probe("before: [login]"),
        "5: probes[0].before[0]: it should be a mapping, like `key:",
    ),
    "steps without a value": (probe("before:"), "5: probes[0].before: nothing is there, and the key"),
    "steps within steps": (
        probe("before: [{name: b, path: /b, before: [{name: c, path: /c}]}]"),
        "5: probes[0].before[0].before: unknown key; it would have no",
    ),
    "more steps than can be": (
        probe(f"before: [{', '.join(f'{{name: s{n}, path: /s}}' for n in range(11))}]"),
        "5: probes[0].before: it has 11 items, and at most 10",
    ),
    "method in small letters": (
        probe("method: get"),
        "5: probes[0].method: it should be one of 'GET', 'POST'",
    ),
    "method that is none": (probe("method: FETCH"), "5: probes[0].method: it should be one of 'GET', 'POST'"),
    "GET with a body": (
        probe("method: GET\nrequest: {body: {a: 1}}"),
        "6: probes[0].request.body: a GET has no body; what is on",
    ),
    "two bodies": (
        probe("request: {body: 1, file: x.json}"),
        "5: probes[0].request: `body` and `file` are two bodies",
    ),
    "file that is not there": (
        probe("request: {file: x.json}"),
        "5: probes[0].request.file: x.json cannot be read (No such",
    ),
    "file of the machine": (
        probe("request: {file: /etc/hostname}"),
        "5: probes[0].request.file: /etc/hostname is outside of ",
    ),
    "file of no name": (
        probe('request: {file: "a\\0b"}'),
        "5: probes[0].request.file: it should be the name of a file",
    ),
    "type of no body": (
        probe("request: {content_type: text/plain}"),
        "5: probes[0].request: `content_type` is of a body and",
    ),
    "type in one word": (
        probe("request: {body: 1, content_type: json}"),
        "5: probes[0].request.content_type: it should be a media type like",
    ),
    "body that is no number": (probe("request: {body: {a: .nan}}"), "5: .nan is no number that JSON has"),
    "body of too many digits": (
        probe(f"request: {{body: {'9' * 301}}}"),
        "5: a number of more digits than can",
    ),
    "body in bytes": (probe("request: {body: !!binary aGVsbG8=}"), "5: the tag 'binary', of which JSON"),
    "body of half a character": (probe('request: {body: "\\ud800"}'), "5: half of a character, as `\\ud800`"),
    "body with a zero in front": (
        probe("request: {body: {plz: 01234}}"),
        "5: 01234 is another number in each",
    ),
    "header of two lines": (
        probe('request: {headers: {X-A: "a\\r\\nb: c"}}'),
        "5: probes[0].request.headers.X-A: it should be plain ASCII on one",
    ),
    "name of two lines": (
        probe('request: {headers: {"X\\r\\nY": a}}'),
        "5: probes[0].request.headers['X\\r\\nY']: it should be the name of a header",
    ),
    "header of blanks": (
        probe("request: {headers: {X-A: ' a '}}"),
        "5: probes[0].request.headers.X-A: it should be plain ASCII on one",
    ),
    "truth value in a query": (
        probe("request: {query: {a: true}}"),
        "5: probes[0].request.query.a: it should be text; put a number",
    ),
    "path to another host": (
        path("//evil.example/x"),
        "4: probes[0].path: it should be a path like /v1/orders/{id}",
    ),
    "path upwards": (path("/a/../b"), "4: probes[0].path: it should be a path like /v1/orders/{id}"),
    "path upwards in code": (
        path("/a/%2e%2E/b"),
        "4: probes[0].path: it should be a path like /v1/orders/{id}",
    ),
    "path with a blank": (path("/a b"), "4: probes[0].path: it should be a path like /v1/orders/{id}"),
    "path with a query": (path("/a?b=c"), "4: probes[0].path: it should be a path like /v1/orders/{id}"),
    "path with a fragment": (path("'/a#b'"), "4: probes[0].path: it should be a path like /v1/orders/{id}"),
    "path with its host": (
        path("https://x.example/a"),
        "4: probes[0].path: it should be a path like /v1/orders/{id}",
    ),
    "path with an umlaut": (path("/ä"), "4: probes[0].path: it should be a path like /v1/orders/{id}"),
    "parameter of another notation": (
        path("/orders/:id"),
        "4: probes[0].path: it should be a path like /v1/orders/{id}",
    ),
    "parameter without an end": (
        path("'/orders/{id'"),
        "4: probes[0].path: it should be a path like /v1/orders/{id}",
    ),
    "parameter without a value": (
        path("'/orders/{id}'"),
        "3: probes[0].request.path: /orders/{id} has a parameter without",
    ),
    "parameter of a dot": (
        path("'/{x}'\n    request: {path: {x: .}}"),
        "5: probes[0].request.path: 'x' is empty or made of dots",
    ),
    "parameter of nothing": (
        path("'/{x}'\n    request: {path: {x: ''}}"),
        "5: probes[0].request.path: 'x' is empty or made of dots",
    ),
    "parameter upwards": (
        path("'/{x}'\n    request: {path: {x: '..'}}"),
        "5: probes[0].request.path: 'x' is empty or made of dots,",
    ),
    "address over plain text": (
        probe("url: http://x.example"),
        "5: probes[0].url: it should be an address like https://login",
    ),
    "address of two lines": (
        probe('url: "https://x.example\\r\\n/a"'),
        "5: probes[0].url: it should be an address like https://login",
    ),
    "address with an umlaut": (
        probe("url: https://ä.example"),
        "5: probes[0].url: it should be an address like https://login",
    ),
    "name with a capital": (named("Orders"), "2: probes[0].name: it should be 1 to 32 lower-case"),
    "name of a number": (named("7"), "2: probes[0].name: it should be text; put a number"),
    "name too long": (named("a" * 33), "2: probes[0].name: it should be 1 to 32 lower-case"),
    "name of nothing": (named(""), "2: probes[0].name: nothing is there, and the key"),
    "name of two probes": (
        "authorization: none\nprobes:\n  - {name: a, path: /a}\n  - {name: a, path: /b}\n",
        "4: probes[1].name: two probes are named 'a', so their",
    ),
    "more probes than can be": (
        f"authorization: none\nprobes: [{', '.join(f'{{name: p{n}, path: /a}}' for n in range(11))}]",
        "2: probes: it has 11 items, and at most 10",
    ),
    "probes by a key with a slip": (
        "authorization: none\nprobe: [{name: a, path: /a}]\n",
        "2: probe: unknown key; it would have no",
    ),
    "probes by their names": (
        "authorization: none\nprobes: {a: {path: /a}}\n",
        "2: probes: it should be a list, each item",
    ),
}


@pytest.mark.parametrize(("content", "said"), WRONG.values(), ids=WRONG.keys())
def test_one_sentence_tells_the_place_the_consequence_and_the_fix(
    content: str, said: str, tmp_path: Path
) -> None:
    told(tmp_path, content, said)
