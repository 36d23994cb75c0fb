"""Writes the folder of a new service: one that runs at once, to be filled."""

import re
from pathlib import Path

from settings.service.errors import ServiceError

TEMPLATE = Path(__file__).with_name("template")
NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
FILL = {
    "openapi.yaml": "what clients send and get; whatever checks either follows from it",
    "functions.py": "from a request to what the model is asked, and from its prediction to the answer",
    "model/train.py": "the model; model/predictor.py is how it predicts",
}


def write(name: str, services: Path) -> Path:
    """The folder of a new service below `services`. Raises `ServiceError` where it cannot be."""
    folder = services / name
    if not NAME.fullmatch(name):
        raise ServiceError(
            [
                f"{name!r} cannot be a service's name, as it is a Python package's; nothing was written. Give"
                " 1 to 31 lower-case letters, digits and `_`, a letter first."
            ]
        )
    if folder.exists():
        raise ServiceError(
            [f"{services.name}/{name} is there already, and nothing was written. Give another name."]
        )
    for source in sorted(TEMPLATE.rglob("*")):
        if source.is_file() and source.parent.name != "__pycache__":
            path = folder / source.relative_to(TEMPLATE)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source.read_text(encoding="utf-8").replace("{name}", name), encoding="utf-8")
    return folder


def told(name: str, services: Path) -> str:
    """What to do with the folder that was written."""
    fill = [f"  {services.name}/{name}/{file:<15} {what}" for file, what in FILL.items()]
    return "\n".join(
        [
            f"{services.name}/{name} is a service that runs as it is:",
            "",
            f'  make local ARGS="--service {name}"',
            "",
            "Three files make it yours, and service.yaml what the canary sends:",
            "",
            *fill,
            "",
            f"`python -m services check {name}` says what does not fit; docs/your-service.md explains all.",
            "",
        ]
    )
