"""What a message to an OTLP endpoint is sent with: a signature for AWS's own, or headers from a secret.

Runs in the sender's thread, after an answer, so that the libraries it takes cost no request anything.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

AWS = ".amazonaws.com"


def headers(secret_arn: str | None) -> Callable[[str, bytes], Mapping[str, str]]:
    """The headers of a message to a URL. The secret, a JSON object of texts, is read once."""
    known: dict[str, str] = {}

    def of(endpoint: str, message: bytes) -> Mapping[str, str]:
        host = urlsplit(endpoint).hostname or ""
        if host.startswith("xray.") and host.endswith(AWS):
            return _signed(endpoint, message, region=host.split(".")[1])
        if secret_arn and not known:
            known.update(_secret(secret_arn))
        return known

    return of


def _signed(endpoint: str, message: bytes, region: str) -> Mapping[str, str]:
    from botocore.auth import SigV4Auth  # noqa: PLC0415  # see above
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.session import get_session  # noqa: PLC0415

    kind = {"Content-Type": "application/x-protobuf"}
    request = AWSRequest(method="POST", url=endpoint, data=message, headers=kind)
    credentials: Any = get_session().get_credentials()  # Lambda's own, always there
    SigV4Auth(credentials, "xray", region).add_auth(request)
    return dict(request.headers.items())


def _secret(arn: str) -> dict[str, str]:
    from botocore.session import get_session  # noqa: PLC0415  # see above

    client: Any = get_session().create_client("secretsmanager", region_name=arn.split(":")[3])
    found = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
    return {str(name): str(value) for name, value in found.items()}
