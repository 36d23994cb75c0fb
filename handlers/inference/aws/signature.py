"""AWS Signature Version 4 for a POST request without a query, as a pure function.

Source: "Create a signed AWS API request" in the IAM User Guide; a test holds it equal to botocore's
signer. It is here because importing and starting botocore takes three times as long as the rest of this
function's cold start. Deliberately no query, no other method and no path that needs escaping.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass

ALGORITHM = "AWS4-HMAC-SHA256"
TRACE_HEADER = "X-Amzn-Trace-Id"  # never signed, as with botocore: whoever passes it on may rewrite it


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """An access key; `token` is set for temporary ones. Never shown by repr."""

    access_key: str
    secret_key: str
    token: str | None

    def __repr__(self) -> str:
        return "Credentials(...)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What a signature holds for: `service` is the signing name, such as `dynamodb` or `sagemaker`."""

    region: str
    service: str


def sign(
    *,
    host: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    credentials: Credentials,
    scope: Scope,
    epoch_s: float,
) -> dict[str, str]:
    """`headers` and those that sign them all but `TRACE_HEADER`, for a POST to `host` + `path`.

    `host` is the Host header's value; `path` is made of unreserved characters and slashes.
    """
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(epoch_s))
    day = moment[:8]
    added = {"X-Amz-Date": moment}
    if credentials.token is not None:
        added["X-Amz-Security-Token"] = credentials.token
    signed = {**headers, **added, "Host": host}
    signed.pop(TRACE_HEADER, None)
    values = {name.lower(): " ".join(value.split()) for name, value in signed.items()}
    names = ";".join(sorted(values))
    canonical = "\n".join(
        (
            "POST",
            path,
            "",  # the query
            *(f"{name}:{values[name]}" for name in sorted(values)),
            "",  # ends the headers
            names,
            hashlib.sha256(body).hexdigest(),
        )
    )
    within = f"{day}/{scope.region}/{scope.service}/aws4_request"
    to_sign = "\n".join((ALGORITHM, moment, within, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{credentials.secret_key}".encode()
    for part in within.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    return {
        **headers,
        **added,
        "Authorization": (
            f"{ALGORITHM} Credential={credentials.access_key}/{within}, "
            f"SignedHeaders={names}, Signature={signature}"
        ),
    }
