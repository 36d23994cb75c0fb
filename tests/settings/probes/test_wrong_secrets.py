"""Authorization that says nothing or something else, and secrets that would be given away."""

from pathlib import Path

import pytest

from tests.settings.probes.wrong import HUSH, named, path, probe, told

OAUTH = "token_url: 'https://x.example/t', client_id: b, client_secret: a"
X = "'${x}'"
WRONG: dict[str, tuple[str, str]] = {
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
        probe(f"authorization: {{oauth: {{{OAUTH.replace('/t', ':65536/t')}}}}}"),
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
    "secret where a colon is missing": (
        f"authorization: {{bearer {HUSH}}}\nprobes: [{{name: a, path: /a}}]\n",
        "1: authorization: a key of more than letters, digits, `-` and `_`; is a colon missing? There is:",
    ),
    "session in a header": (
        probe(f"request: {{headers: {{Cookie: sid={HUSH}}}}}"),
        "5: probes[0].request.headers.Cookie: a secret in plain text is read",
    ),
    "secret access key in a body": (
        probe(f"request: {{body: {{awsSecretAccessKey: {HUSH}}}}}"),
        "5: probes[0].request.body.awsSecretAccessKey: a secret in plain text",
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
    "secret in a media type": (
        probe("request: {body: 1, content_type: 'text/plain; a=${secrets.a}'}"),
        "5: probes[0].request.content_type: no `${…}` is filled in here",
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
}


@pytest.mark.parametrize(("content", "said"), WRONG.values(), ids=WRONG.keys())
def test_one_sentence_tells_the_place_the_consequence_and_the_fix(
    content: str, said: str, tmp_path: Path
) -> None:
    told(tmp_path, content, said)
