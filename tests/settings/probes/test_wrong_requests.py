"""What cannot be sent, refers to nothing or gives a secret away; and files that are none."""

from pathlib import Path

import pytest

from tests.settings.probes.wrong import HUSH, login, named, path, probe, problems

OAUTH = "token_url: 'https://x.example/t', client_id: b, client_secret: a"
X = "'${x}'"
WRONG: dict[str, tuple[str | bytes, str]] = {
    "authorization by a word": (
        probe("authorization: secret"),
        "5: probes[0].authorization: it should be `none`, `iam`, `api_key`",
    ),
    "authorization with a capital": (
        probe("authorization: IAM"),
        "5: probes[0].authorization: it should be `none`, `iam`, `api_key`",
    ),
    "authorization as a list": (
        probe("authorization: [iam, api_key]"),
        "5: probes[0].authorization: it should be `none`, `iam`, `api_key`",
    ),
    "authorization of nothing": (
        probe("authorization: {iam: false}"),
        "5: probes[0].authorization: it should be `none`, `iam`, `api_key`",
    ),
    "authorization without a value": (
        probe("authorization: {bearer: }"),
        "5: probes[0].authorization.bearer: nothing is there, and the key",
    ),
    "token in place of its name": (
        probe(f"authorization: {{bearer: '{HUSH}.x'}}"),
        "5: probes[0].authorization.bearer: it should be the name of a secret",
    ),
    "token as authorization": (
        probe(f"authorization: Bearer {HUSH}"),
        "5: probes[0].authorization: it should be `none`, `iam`, `api_key`",
    ),
    "token by a reference": (
        probe("authorization: {bearer: '${secrets.a}'}"),
        "5: probes[0].authorization.bearer: it should be the name of a secret",
    ),
    "user and password": (
        probe(f"authorization: {{basic: {{user: a, password: {HUSH}}}}}"),
        "5: probes[0].authorization.basic: unknown key; it would have no",
    ),
    "header that the connection has": (
        probe("authorization: {header: {name: Host, secret: a}}"),
        "5: probes[0].authorization.header: the canary writes the header Host",
    ),
    "header with a blank": (
        probe("authorization: {header: {name: X Token, secret: a}}"),
        "5: probes[0].authorization.header.name: it should be the name of a header",
    ),
    "header without a secret": (
        probe("authorization: {header: {name: X-Token}}"),
        "5: probes[0].authorization.header.secret: missing, and it has no default",
    ),
    "token of no address": (
        probe("authorization: {oauth: {client_id: b, client_secret: a}}"),
        "5: probes[0].authorization.oauth.token_url: missing, and it has no default",
    ),
    "token over plain text": (
        probe(f"authorization: {{oauth: {{{OAUTH.replace('https', 'http')}}}}}"),
        "5: probes[0].authorization.oauth.token_url: it should be an address like https://auth",
    ),
    "token of no port": (
        probe(f"authorization: {{oauth: {{{OAUTH.replace('/t', ':99999/t')}}}}}"),
        "5: probes[0].authorization.oauth.token_url: it should be an address like https://auth",
    ),
    "token of a broken address": (
        probe(f"authorization: {{oauth: {{{OAUTH.replace('x.example', '[x')}}}}}"),
        "5: probes[0].authorization.oauth.token_url: it should be an address like https://auth",
    ),
    "scopes as a list": (
        probe(f"authorization: {{oauth: {{{OAUTH}, scope: [r, w]}}}}"),
        "5: probes[0].authorization.oauth.scope: it should be text; put a number",
    ),
    "secret in place of a client's": (
        probe(f"authorization: {{oauth: {{{OAUTH[:-1]}'{HUSH}!'}}}}"),
        "5: probes[0].authorization.oauth.client_secret: it should be the name of a secret",
    ),
    "secret as a parameter": (
        probe(f"authorization: {{oauth: {{{OAUTH}, parameters: {{password: {HUSH}}}}}}}"),
        "5: probes[0].authorization.oauth.parameters.password: a secret in plain text is read",
    ),
    "reference as a client": (
        probe(f"authorization: {{oauth: {{{OAUTH.replace('b,', X + ',')}}}}}"),
        "5: probes[0].authorization.oauth.client_id: no `${…}` is filled in here, so",
    ),
    "secret in a header": (
        probe(f"request: {{headers: {{X-Auth-Token: {HUSH}}}}}"),
        "5: probes[0].request.headers.X-Auth-Token: a secret in plain text is read",
    ),
    "secret in a query": (
        probe(f"request: {{query: {{api_key: {HUSH}}}}}"),
        "5: probes[0].request.query.api_key: a secret in plain text is read",
    ),
    "secret in a body": (
        probe(f"request: {{body: {{users: [{{password: {HUSH}}}]}}}}"),
        "5: probes[0].request.body.users[0].password: a secret in plain text is read",
    ),
    "secret in a form": (
        probe(f"request: {{form: {{client_secret: {HUSH}}}}}"),
        "5: probes[0].request.form.client_secret: a secret in plain text is read",
    ),
    "secret by a reference in a query": (
        probe("request: {query: {q: '${secrets.a}'}}"),
        "5: probes[0].request.query: a secret in an address is written",
    ),
    "secret by a reference in a path": (
        path("'/x/${secrets.a}'"),
        "4: probes[0].path: a secret in an address is written",
    ),
    "secret by a reference in an address": (
        probe("url: 'https://${secrets.host}'"),
        "5: probes[0].url: it should be an address like https://login",
    ),
    "secret in an address": (
        probe(f"url: 'https://u:{HUSH}@x.example'"),
        "5: probes[0].url: it should be an address like https://login",
    ),
    "secret in an address's query": (
        probe(f"url: 'https://x.example?key={HUSH}'"),
        "5: probes[0].url: it should be an address like https://login",
    ),
    "secret that is expected": (
        probe("expect: {headers: [{name: X, equals: '${secrets.a}'}]}"),
        "5: probes[0].expect.headers[0].equals: no `${…}` is filled in here, so",
    ),
    "secret in a schema": (
        probe("expect: {schema: {const: '${secrets.a}'}}"),
        "5: probes[0].expect.schema: no `${…}` is filled in here, so",
    ),
    "secret as a field": (
        probe("request: {body: {'${secrets.a}': 1}}"),
        "5: probes[0].request.body: no `${…}` is filled in here, so",
    ),
    "secret of another spelling": (
        probe("request: {body: '${secret.a}'}"),
        "5: probes[0].request.body: `${secret.a}` is no value that",
    ),
    "secret of the environment": (
        probe("request: {body: '${TOKEN}'}"),
        "5: probes[0].request.body: `${TOKEN}` is no value that an",
    ),
    "secret in double braces": (
        probe("request: {body: '{{secrets.a}}'}"),
        "5: probes[0].request.body: it has half a reference, which",
    ),
    "secret without an end": (
        probe("request: {body: '${secrets.a'}"),
        "5: probes[0].request.body: it has half a reference, which",
    ),
    "secrets in the file": (
        f"secrets: {{a: {HUSH}}}\n" + named("a"),
        "1: secrets: unknown key; it would have no",
    ),
    "heartbeat by its address": (
        probe(f"heartbeat: https://hc-ping.com/{HUSH}"),
        "5: probes[0].heartbeat: it should be the name of a secret",
    ),
    "heartbeat by a number": (
        probe("heartbeat: 7"),
        "5: probes[0].heartbeat: it should be the name of a secret",
    ),
    "heartbeat without a value": (
        probe("heartbeat:"),
        "5: probes[0].heartbeat: nothing is there, and the key",
    ),
    "heartbeat of a step": (
        probe("before: [{name: b, path: /b, heartbeat: x}]"),
        "5: probes[0].before[0].heartbeat: unknown key; it would have no",
    ),
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
    (problem,) = problems(tmp_path, content)
    assert problem.startswith(f"probes.yaml:{said}"), problem
    assert problem.endswith((".", "?"))
    assert problem.isprintable()
    assert HUSH not in problem
