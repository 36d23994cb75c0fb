"""What is wrong with who may call: settings that are right one by one and wrong together, or for the service.

Every line begins with the dotted key to change.
"""

from collections.abc import Iterator, Mapping

from monitoring.names import canary_name
from settings import Settings
from settings.api.authorizers import Authorizer
from settings.service import Service
from settings.service.checks.security import covered
from settings.service.contract import Operation
from settings.service.errors import did_you_mean
from settings.service.security import TOKEN, kind, lets_in, schemes

PROD = "prod"


def access_contradictions(settings: Settings) -> Iterator[str]:
    """Of the settings alone."""
    canary = f"arn:aws:iam::{settings.accounts.monitor}:role/{canary_name(settings.base)}"
    for number, caller in enumerate(settings.api.callers):
        key = f"api.callers[{number}]"
        if caller.account == settings.accounts.service:
            yield (
                f"{key}.account: it is the API's own account, where IAM alone decides and the API's policy is"
                " not asked. Allow execute-api:Invoke to the role there, and remove the caller."
            )
        if canary in caller.role_arns:
            yield f"{key}.roles: the canary's role calls anyway, every operation that it probes. Remove it."
    names = [caller.name for caller in settings.api.callers]
    for number, plan in enumerate(settings.usage_plans):
        for place, one in enumerate(plan.keys):
            if one.caller is not None and one.caller not in names:
                yield (
                    f"usage_plans[{number}].keys[{place}].caller: no caller of api.callers is named"
                    f" {one.caller!r}, so nobody could read the key. {did_you_mean(one.caller, names)}"
                )
    yield from _places(settings)


def _places(settings: Settings) -> Iterator[str]:
    """ARNs of another region, or of another account where it has to be the own one."""
    if domain := settings.api.domain:
        region, account = domain.certificate.split(":")[3:5]
        if (region, account) != (settings.region, settings.accounts.service):
            yield (
                f"api.domain.certificate: it is in {region} of account {account}; a regional domain name"
                f" takes one of its own region and account, {settings.region} of"
                f" {settings.accounts.service}. Request or import it there."
            )
    for name, authorizer in settings.api.authorizers.items():
        region = (authorizer.function or f":::{settings.region}").split(":")[3]
        if region != settings.region:
            yield (
                f"api.authorizers.{name}.function: it is in {region}, and API Gateway invokes functions of"
                f" its own region, {settings.region}. Deploy it there."
            )


def service_access_contradictions(settings: Settings) -> Iterator[str]:
    """Of the settings and the chosen service's contract. Raises `ServiceError`."""
    chosen = settings.chosen
    yield from _authorizers(chosen, settings.api.authorizers)
    operations = chosen.contract.operations
    for operation in operations.values():
        if settings.env == PROD and not operation.security.authorizes:
            yield (
                f"service: {chosen.contract.source.at(operation.place)}: an API key alone lets callers in,"
                " which is no authorization: keys are handed around, stand in logs of proxies and never"
                f" expire. In {PROD}, have it signed or give it a token's scheme in its `security`."
            )
    everybody = [one for one in operations.values() if settings.api.lets_everybody_in(one.security)]
    decided = [one for one in operations.values() if one not in everybody]
    for operation, other in covered(decided, everybody):
        yield (
            f"service: {chosen.contract.source.at(operation.place)}: the API's policy lets everybody call"
            f" `{other.id}`, and its {other.resource} covers calls of `{operation.id}`: a signature of any"
            " account, or a function that says nothing of the operation, would do for it. Rename a path, or"
            " have both asked for the same."
        )
    signed = {name: operation for name, operation in operations.items() if operation.security.signature}
    readers = {key.caller for plan in settings.usage_plans for key in plan.keys}
    for number, caller in enumerate(settings.api.callers):
        key = f"api.callers[{number}]"
        if not signed and caller.name not in readers:
            yield (
                f"{key}: {chosen.shown} has no operation that is signed, so no policy is asked who calls,"
                " and no API key of usage_plans names the caller. Remove it; whoever has a token calls."
            )
        for place, name in enumerate(caller.operations):
            yield from _operation(chosen, signed, f"{key}.operations[{place}]", name, caller.operations)


def _operation(
    chosen: Service, signed: Mapping[str, Operation], key: str, name: str, granted: tuple[str, ...]
) -> Iterator[str]:
    known = chosen.contract.operations
    if name not in known:
        yield f"{key}: the contract of {chosen.shown} has no such operation. {did_you_mean(name, known)}"
    elif name not in signed:
        yield (
            f"{key}: `{name}` is not signed, so no policy is asked who calls it. Remove it here; whoever has"
            " what its `security` names calls it."
        )
    else:
        for other in (one for one in signed.values() if one.id not in granted):
            if lets_in((known[name].method, known[name].path), (other.method, other.path)):
                yield (
                    f"{key}: in a policy {known[name].resource} covers calls of `{other.id}`, too, so the"
                    f" caller would have both. Name `{other.id}` as well, or rename a path."
                )


def _authorizers(chosen: Service, authorizers: Mapping[str, Authorizer]) -> Iterator[str]:
    """Tokens that nobody checks, and authorizers that nobody asks."""
    contract = chosen.contract
    known = schemes(contract.document)
    tokens = {name for name, scheme in known.items() if kind(scheme) == TOKEN}
    used = {operation.security.token for operation in contract.operations.values()} - {""}
    for name in sorted(used - authorizers.keys()):
        place = contract.source.at(("components", "securitySchemes", name))
        yield (
            f"api.authorizers.{name}: missing; {place} is a token, and nothing says who checks it. Set its"
            " `user_pools`, or the `function` that does."
        )
    for name in sorted(authorizers.keys() - used):
        yield (
            f"api.authorizers.{name}: no operation of {chosen.shown} asks for that scheme, so it would check"
            f" nothing. {did_you_mean(name, tokens)}"
        )
    for operation in contract.operations.values():
        checked_by = authorizers.get(operation.security.token)
        if operation.security.scopes and checked_by and not checked_by.user_pools:
            yield (
                f"api.authorizers.{operation.security.token}.function: `{operation.id}` wants scopes, which"
                " API Gateway checks of Cognito's tokens alone; the function's answer decides. Let it check"
                " them and remove them from the contract."
            )
