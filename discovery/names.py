"""What the stack is called: names that begin physical names, out of the API's own name and stage."""

import re
from dataclasses import dataclass

from settings.existing import slug

LONGEST = 24  # `name-env`, so that X-Ray's groups have room for their ending: see `config.contradictions`
USUAL_ENV = "prod"
# What templates call any API, so that an account has several: the stack's name has to be its alone.
ANY_API = frozenset(
    (
        "api",
        "my-api",
        "myapi",
        "rest-api",
        "restapi",
        "http-api",
        "httpapi",
        "endpoint",
        "gateway",
        "api-gateway",
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """`stack` names the stack files; `name` and `env` are the settings."""

    name: str
    env: str
    stack: str


def _cut(word: str, longest: int) -> str:
    """As many whole words as there is room for, or as many letters of one that is too long."""
    if len(word) <= longest:
        return word
    whole = word[: longest + 1].rpartition("-")[0]
    return whole if len(whole) > longest // 2 else word[:longest].rstrip("-")


def names(
    api: str, stage: str, *, api_id: str = "", name: str | None, env: str | None, stack: str | None
) -> Names:
    """As given, else out of the API's name, or its id where the name says nothing, and its stage."""
    said = "" if stage.startswith("$") else slug(stage)
    env = env or (said if re.fullmatch(r"(?!monitor$)[a-z][a-z0-9]{1,7}", said) else USUAL_ENV)
    word = slug(api).lstrip("0123456789-")
    word = f"api-{api_id}" if api_id and word in ANY_API else word
    name = name or (_cut(word, LONGEST - len(env) - 1) if len(word) > 1 else "their-api")
    return Names(name=name, env=env, stack=stack or f"{name}-{env}")
