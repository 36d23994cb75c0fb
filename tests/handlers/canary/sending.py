"""A canary's sender with secrets that are known, and probes as their files describe them."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from botocore.credentials import Credentials

from handlers.canary.outcome import Outcome
from handlers.canary.probe import send
from handlers.canary.probes import Probe
from handlers.canary.request import Sender
from handlers.canary.secrets import Secrets
from handlers.canary.settings import Settings
from handlers.canary.tokens import Tokens
from settings.probes import exported, file

API_KEY_ARN, NAMED_ARN = "arn:key", "arn:named"
API_KEY = "the-services-own-key"


class Store:
    """Stands in for Secrets Manager; `reads` are the ARNs that were asked for."""

    def __init__(self, named: Mapping[str, str]) -> None:
        self.held = {API_KEY_ARN: API_KEY, NAMED_ARN: json.dumps(named)}
        self.reads: list[str] = []

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803  # botocore's name
        self.reads.append(SecretId)
        return {"SecretString": self.held[SecretId]}


class Wall:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.s


def sender(
    url: str, named: Mapping[str, str] | None = None, *, wall: Wall | None = None, timeout_ms: int = 2000
) -> Sender:
    secrets = Secrets(Store(named or {}), API_KEY_ARN, NAMED_ARN)
    secrets.refresh()
    settings = Settings(
        service="shop-prod", api_url=f"{url}/live", api_region="eu-west-1", timeout_ms=timeout_ms
    )
    return Sender(
        settings=settings,
        secrets=secrets,
        tokens=Tokens(time.monotonic, wall or Wall()),
        credentials=lambda: Credentials("AKIA2", "s3cret2", "t0ken2"),
    )


def probes(folder: Path, content: Mapping[str, Any]) -> tuple[Probe, ...]:
    """The probes of a file with this content, as the canary's package has them."""
    path = folder / "probes.yaml"
    path.write_text(yaml.safe_dump(content))
    return exported.loaded(json.loads(file.read(path).exported()))


def probe(folder: Path, authorization: Any = "none", **parts: Any) -> Probe:
    (found,) = probes(
        folder, {"authorization": authorization, "probes": [{"name": "orders", "path": "/orders", **parts}]}
    )
    return found


def sent(sender_: Sender, probe_: Probe) -> Outcome:
    return send(sender_, probe_, time.monotonic)
