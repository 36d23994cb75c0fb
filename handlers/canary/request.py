"""A step's request as it goes out: filled in, and with what proves who sends it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from handlers.canary import templates
from handlers.canary.probes import Step
from handlers.canary.secrets import Secrets, SecretUnreadableError
from handlers.canary.settings import Settings
from handlers.canary.templates import SECRETS, UnfillableError
from handlers.canary.tokens import NoTokenError, Tokens

if TYPE_CHECKING:
    from botocore.credentials import Credentials

HEADER = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,8190}[\x21-\x7e])?")
MAX_PART = 2_000  # characters of a value in an address
DOTS = (".", "..")


class UnsignedError(Exception):
    """The canary has nothing to send the request with; the message holds no part of a secret."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """What requests are authorized with; it outlives a run."""

    settings: Settings
    secrets: Secrets
    tokens: Tokens
    credentials: "Callable[[], Credentials]"

    def forget(self) -> None:
        """What was refused may have been replaced: read and fetch all anew."""
        self.secrets.forget()
        self.tokens.forget()


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """`url` is the address that `target` stands below."""

    url: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None


def prepare(sender: Sender, step: Step, taken: Mapping[str, Any], deadline: float) -> Prepared:
    """The step's request, with `taken` from earlier answers, by `deadline` on the tokens' clock.

    Raises `UnfillableError`, `UnsignedError`, `NoTokenError`.
    """
    known = _known(sender.secrets, taken)
    url = step.url or sender.settings.api_url
    path, mark, query = step.target.partition("?")
    target = templates.text(path, known, _part) + mark + templates.text(query, known, _quoted)
    headers = {"Accept": "application/json"}
    if step.content_type is not None:
        headers["Content-Type"] = step.content_type
    headers |= {name.title(): header(templates.text(value, known)) for name, value in step.headers.items()}
    if step.url is None and sender.settings.private_api_id is not None:
        headers["x-apigw-api-id"] = sender.settings.private_api_id
    body = _body(step, known)
    headers |= _authorized(sender, step, deadline)
    if step.authorization.iam:
        headers = _signed(sender, step.method, url + target, headers, body)
    return Prepared(url=url, target=target, headers=headers, body=body)


def header(value: str) -> str:
    """What a header can carry. Raises `UnfillableError`."""
    if not HEADER.fullmatch(value):
        raise UnfillableError("what a header was filled with cannot stand in one")
    return value


def _known(secrets: Secrets, taken: Mapping[str, Any]) -> Callable[[str], Any]:
    def known(name: str) -> Any:
        if name.startswith(SECRETS):
            try:
                return secrets.named(name.removeprefix(SECRETS))
            except SecretUnreadableError as error:
                raise UnsignedError(str(error)) from None
        if name not in taken:
            raise UnfillableError(f"`{name}` was not taken")
        return taken[name]

    return known


def _part(value: str) -> str:
    """A part of a path: one that is empty or made of dots would lead elsewhere."""
    if not value or value in DOTS:
        raise UnfillableError("what a path was filled with cannot stand in one")
    return _quoted(value)


def _quoted(value: str) -> str:
    if len(value) > MAX_PART:
        raise UnfillableError("what an address was filled with is too long")
    return quote(value, safe="", errors="replace")


def _body(step: Step, known: Callable[[str], Any]) -> bytes | None:
    if step.document is not None:
        try:
            return json.dumps(templates.filled(step.document, known), allow_nan=False).encode()
        except (ValueError, RecursionError):
            raise UnfillableError("what a body was filled with is no JSON") from None
    if step.form is not None:
        form = {name: templates.text(value, known) for name, value in step.form.items()}
        return urlencode(form, errors="replace").encode()
    return step.body


def _authorized(sender: Sender, step: Step, deadline: float) -> dict[str, str]:
    """Every header of the step's authorization but the signature."""
    said, secrets, headers = step.authorization, sender.secrets, {}
    try:
        if said.api_key:
            key = secrets.api_key() if said.api_key is True else secrets.named(str(said.api_key))
            headers["X-Api-Key"] = header(key)
        if said.header is not None:
            headers[said.header.name] = header(secrets.named(said.header.secret))
        if said.bearer is not None:
            headers["Authorization"] = header(f"Bearer {secrets.named(said.bearer)}")
        if said.oauth is not None:
            secret = secrets.named(said.oauth.client_secret)
            headers["Authorization"] = f"Bearer {sender.tokens.value(said.oauth, secret, deadline)}"
    except SecretUnreadableError as error:
        raise UnsignedError(str(error)) from None
    except UnfillableError:
        raise UnsignedError("a secret cannot stand in a header") from None
    except NoTokenError as error:
        if error.refused:
            raise UnsignedError(str(error)) from None
        raise
    return headers


def _signed(
    sender: Sender, method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> dict[str, str]:
    """Headers that make the request one of the canary's role, for API Gateway in the API's region."""
    try:
        request = AWSRequest(method=method, url=url, data=body or b"", headers=dict(headers))
        SigV4Auth(sender.credentials(), "execute-api", sender.settings.api_region).add_auth(request)
        return dict(request.headers.items())
    except Exception as error:  # noqa: BLE001  # whatever it is, its text may repeat a secret
        raise UnsignedError(f"the request cannot be signed: {type(error).__name__}") from None
