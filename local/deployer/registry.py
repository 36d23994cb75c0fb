"""The one table: Pulumi type token -> how that resource is created."""

from collections.abc import Mapping

from local.deployer.errors import Unsupported
from local.deployer.request import Creator
from local.deployer.resources import (
    apigateway,
    athena,
    buckets,
    iam,
    lambda_,
    messaging,
    monitoring,
    sagemaker,
    storage,
    waf,
)

CREATORS: Mapping[str, Creator] = {
    **apigateway.CREATORS,
    **athena.CREATORS,
    **buckets.CREATORS,
    **iam.CREATORS,
    **lambda_.CREATORS,
    **messaging.CREATORS,
    **monitoring.CREATORS,
    **sagemaker.CREATORS,
    **storage.CREATORS,
    **waf.CREATORS,
}


def lookup(type_token: str, inputs: Mapping[str, object]) -> Creator:
    """The type's creator.

    Raises `Unsupported` for an unknown type or input property, saying where to add it.
    """
    creator = CREATORS.get(type_token)
    if creator is None:
        raise Unsupported(
            "the local run does not know this type; write a creator in the local/deployer module of its"
            " service and list it in that module's CREATORS"
        )
    unknown = set(inputs) - creator.handles - set(creator.ignores)
    if unknown:
        module = creator.create.__module__.replace(".", "/")
        raise Unsupported(
            f"input properties {sorted(unknown)} are not understood and would be lost; handle them in"
            f" {module}.py, or list them under ignores with the reason"
        )
    return creator
