"""Trains on sentences about AWS services, which botocore brings along with its description of their APIs.

Each team of a platform department looks after some services, so what is written of a service is what its
team's tickets are about. Counting is all the training there is: the same data gives the same model anywhere.
"""

import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from services.tickets.model.predictor import PARAMETERS, Router, words

TEAMS: Final[Mapping[str, Sequence[str]]] = {
    "compute": ("lambda", "ecs", "batch", "autoscaling"),
    "databases": ("dynamodb", "rds", "redshift", "elasticache"),
    "identity": ("iam", "kms", "cognito-idp", "sso-admin"),
    "messaging": ("sqs", "sns", "kinesis", "events"),
    "observability": ("cloudwatch", "logs", "xray", "synthetics"),
    "storage": ("s3", "efs", "backup", "fsx"),
}
ACCURACY_FLOOR: Final = 0.85  # of the hold-out
_HOLD_OUT: Final = 4  # every fourth sentence
_RAREST: Final = 3  # a word that training saw less often says nothing
_DECIMALS: Final = 4
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_LENGTHS: Final = range(60, 301)
_SAMPLES: Final = 40  # requests
_TICKETS: Final = 5  # in each

Sentence = tuple[str, str]  # the team, and what is written


def train(directory: Path) -> None:
    """Write the parameters and samples. Raises ValueError for a model below the floor."""
    seen: list[Sentence] = []
    held_out: list[Sentence] = []
    for number, sentence in enumerate(sentences()):
        (seen if number % _HOLD_OUT else held_out).append(sentence)
    parameters = fit(seen)
    router = Router(**parameters)
    answers = router.predict([{"text": text} for _, text in held_out])
    right = sum(answer["team"] == team for answer, (team, _) in zip(answers, held_out, strict=True))
    if right < ACCURACY_FLOOR * len(held_out):
        raise ValueError(
            f"hold-out accuracy {right / len(held_out):.3f} is below {ACCURACY_FLOOR}; look at what changed"
            " in the data or the recipe"
        )
    (directory / PARAMETERS).write_text(json.dumps(parameters) + "\n", encoding="utf-8")
    step = len(held_out) // (_SAMPLES * _TICKETS)
    chosen = list(zip(held_out, answers, strict=True))[::step]
    lines = [
        sample(number, chosen[number * _TICKETS : (number + 1) * _TICKETS]) for number in range(_SAMPLES)
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (directory / "samples.jsonl").write_text(text, encoding="utf-8")


def sentences() -> Iterator[Sentence]:
    """What is written of each team's services, a sentence once, in one order."""
    import botocore  # noqa: PLC0415 - for its data, in training alone

    data = Path(botocore.__file__).parent / "data"
    for team, services in TEAMS.items():
        found: dict[str, None] = {}
        for service in services:
            newest = max(path for path in (data / service).iterdir() if path.is_dir())
            document = json.loads(gzip.decompress((newest / "service-2.json.gz").read_bytes()))
            for operation in document["operations"].values():
                plain = " ".join(re.sub(r"<[^>]+>", " ", operation.get("documentation", "")).split())
                found.update(dict.fromkeys(each for each in _SENTENCE.split(plain) if len(each) in _LENGTHS))
        yield from ((team, sentence) for sentence in found)


def fit(seen: Sequence[Sentence]) -> dict[str, Any]:
    """The parameters of a `Router`: counts, smoothed by one."""
    counts = {team: Counter[str]() for team in TEAMS}
    for team, text in seen:
        counts[team].update(words(text))
    total = sum(counts.values(), Counter[str]())
    vocabulary = sorted(word for word, count in total.items() if count >= _RAREST)
    sizes = [sum(count[word] for word in vocabulary) + len(vocabulary) for count in counts.values()]
    return {
        "teams": list(TEAMS),
        "priors": [round(-math.log(len(TEAMS)), _DECIMALS)] * len(TEAMS),
        "likelihoods": {
            word: [
                round(math.log((count[word] + 1) / size), _DECIMALS)
                for count, size in zip(counts.values(), sizes, strict=True)
            ]
            for word in vocabulary
        },
    }


def sample(number: int, tickets: Sequence[tuple[Sentence, Mapping[str, Any]]]) -> dict[str, Any]:
    """A request of several tickets, and what must come back. Every tenth also brings one without a word."""
    body = [{"id": f"ticket-{index}", "text": text} for index, ((_, text), _) in enumerate(tickets)]
    values: list[dict[str, Any]] = [
        {"pointer": f"/routes/{index}/team", "equals": answer["team"]}
        for index, (_, answer) in enumerate(tickets)
    ]
    if number % 10 == 0:
        body.append({"id": "ticket-without-words", "text": "?!"})
        values.append({"pointer": f"/routes/{len(tickets)}/error/code", "equals": "invalid_request"})
    return {"operation": "routeTickets", "request": {"body": {"tickets": body}}, "expect": {"values": values}}
