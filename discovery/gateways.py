"""An API by its id, of whichever kind it is; where there is none, those that are there."""

from collections.abc import Mapping

from discovery import calls, http, rest
from discovery.account import Account, Call
from discovery.found import Api
from discovery.stages import NoApiError


def read(account: Account, api_id: str, stage: str | None) -> Api:
    """The API's stage; `stage` None is its only one. Raises `NoApiError` and botocore's errors."""
    rests = _named(account, calls.REST_APIS, "REST", key="items", id_key="id", name_key="name")
    https = _named(account, calls.HTTP_APIS, "HTTP", key="Items", id_key="ApiId", name_key="Name")
    if rests is None or api_id in rests:
        known = account.ask(
            calls.REST_API, "it is not known whether it is a REST API", maybe=True, restApiId=api_id
        )
        if known:
            return rest.read(account, known, stage, rests or {})
    if https is None or api_id in https:
        known = account.ask(
            calls.HTTP_API, "it is not known whether it is an HTTP API", maybe=True, ApiId=api_id
        )
        if known:
            return http.read(account, known, stage)
    raise NoApiError(_candidates(account, api_id, rests, https))


def _named(
    account: Account, call: Call, kind: str, *, key: str, id_key: str, name_key: str
) -> dict[str, str] | None:
    found = account.pages(call, key, f"other {kind} APIs are not listed")
    if found is None:
        return None
    unfit = {"WEBSOCKET": " (a WebSocket API, which cannot be watched)"}
    return {
        str(api[id_key]): f"{api.get(name_key, '')}{unfit.get(api.get('ProtocolType', ''), '')}"
        for api in found
    }


def _candidates(
    account: Account, api_id: str, rests: Mapping[str, str] | None, https: Mapping[str, str] | None
) -> str:
    lines = [
        f"  {found}  {kind:<4}  {name}"
        for kind, apis in (("REST", rests), ("HTTP", https))
        for found, name in sorted((apis or {}).items(), key=lambda api: (api[1], api[0]))
    ]
    if not lines:
        there = "No API is there that these credentials may see; check account and region."
        return "\n".join([f"There is no API {api_id!r} in {account.region}. {there}", *account.unseen])
    return "\n".join(
        [f"There is no API {api_id!r} in {account.region}. These are there; give an id:", *lines]
    )
