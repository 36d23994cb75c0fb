"""The model endpoints that an API uses, with their variants and what these run on."""

from collections.abc import Iterator

from discovery import calls
from discovery.account import Account
from discovery.behind.functions import elsewhere
from discovery.behind.reached import ENDPOINTS, Reached
from discovery.found import Api, Endpoint


def read(account: Account, api: Api, reached: Reached, account_id: str) -> list[Endpoint]:
    """Each variant of each endpoint."""
    lost = "endpoints are those that environment variables name and those that policies name in full"
    listed = account.pages(calls.ENDPOINTS, "Endpoints", lost)
    names = None if listed is None else [str(endpoint["EndpointName"]) for endpoint in listed]
    direct = {
        route.target.name
        for route in api.routes
        if route.target.kind == "endpoint"
        and not elsewhere(account, route.target, f"The endpoint of {route}", account_id)
    }
    used = reached.names(ENDPOINTS, names)
    return [variant for name in sorted({*used, *direct}) for variant in _variants(account, name)]


def _variants(account: Account, name: str) -> Iterator[Endpoint]:
    lost = f"variants and instances of endpoint {name} are not known: its variant is taken to be AllTraffic"
    endpoint = account.ask(calls.ENDPOINT, lost, EndpointName=name)
    config = endpoint and account.ask(
        calls.ENDPOINT_CONFIG, lost, EndpointConfigName=endpoint["EndpointConfigName"]
    )
    if not config:
        names = [str(v["VariantName"]) for v in (endpoint or {}).get("ProductionVariants") or ()]
        yield from (Endpoint(name=name, variant=variant) for variant in names or ["AllTraffic"])
        return
    for variant in config.get("ProductionVariants") or ():
        kind = variant.get("InstanceType")
        gpus = _gpus(account, str(kind)) if kind else 0
        yield Endpoint(name=name, variant=str(variant["VariantName"]), instance_type=kind, gpus=gpus)


def _gpus(account: Account, instance_type: str) -> int:
    of_ec2 = instance_type.removeprefix("ml.")
    answer = account.ask(
        calls.INSTANCE_TYPES, f"GPUs of {instance_type} are not watched", InstanceTypes=[of_ec2]
    )
    types = (answer or {}).get("InstanceTypes") or [{}]
    return sum(int(gpu.get("Count", 0)) for gpu in (types[0].get("GpuInfo") or {}).get("Gpus") or ())
