"""Each shipped service's model, served by the application that the container runs."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from model.app import Application
from model.artefact import train
from model.tracing import Tracer
from services.digits.model.predictor import MAX_SIDE
from services.digits.model.train import png
from tests.model.test_app import Reply, call


@pytest.fixture(scope="module")
def tickets(tmp_path_factory: pytest.TempPathFactory) -> tuple[Application, Path]:
    return serve("tickets", tmp_path_factory.mktemp("tickets") / "model")


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Application, Path]:
    return serve("digits", tmp_path_factory.mktemp("digits") / "model")


def serve(service: str, directory: Path) -> tuple[Application, Path]:
    train(service, directory)
    application = Application(service, directory, Tracer(name="model", make_emitter=None))
    application.load()
    return application, directory


def samples(directory: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (directory / "samples.jsonl").read_text().splitlines()]


def invoke(application: Application, *instances: object) -> Reply:
    return call(application, "POST", "/invocations", json.dumps({"instances": instances}).encode())


def picture(application: Application, content: bytes, content_type: str = "image/png") -> Reply:
    return call(application, "POST", "/invocations", content, CONTENT_TYPE=content_type)


def test_tickets_of_the_samples_go_to_the_teams_that_the_samples_name(
    tickets: tuple[Application, Path],
) -> None:
    application, directory = tickets
    chosen = samples(directory)
    assert len(chosen) == 40
    teams = set()
    for sample in chosen:
        texts = [{"text": ticket["text"]} for ticket in sample["request"]["body"]["tickets"]]
        found = [answer["team"] for answer in invoke(application, *texts).json["predictions"]]
        expected = [
            value["equals"] for value in sample["expect"]["values"] if value["pointer"].endswith("team")
        ]
        assert found[: len(expected)] == expected
        teams |= set(expected)
    assert teams == {"compute", "databases", "identity", "messaging", "observability", "storage"}


def test_a_ticket_in_plain_words_goes_to_the_team_it_is_about(tickets: tuple[Application, Path]) -> None:
    application, _ = tickets
    texts = [
        "Our queue keeps messages that no consumer receives",
        "The bucket's objects cannot be restored from the archive",
        "A user needs a role with a policy",
    ]
    answers = invoke(application, *({"text": text} for text in texts)).json["predictions"]
    assert [answer["team"] for answer in answers] == ["messaging", "storage", "identity"]
    assert all(0.5 < answer["probability"] <= 1 for answer in answers)


def test_a_ticket_of_unknown_words_is_anybodys(tickets: tuple[Application, Path]) -> None:
    application, _ = tickets
    (answer,) = invoke(application, {"text": "Zyxwv qqq"}).json["predictions"]
    assert answer["probability"] == pytest.approx(1 / 6)


@pytest.mark.parametrize("instance", [{}, {"text": 1}, "text", None])
def test_an_instance_without_a_text_is_the_callers_mistake(
    tickets: tuple[Application, Path], instance: object
) -> None:
    reply = invoke(tickets[0], {"text": "queue"}, instance)
    assert (reply.status, reply.json) == ("400 Bad Request", {"error": "instances[1].text must be a text"})


def test_pictures_and_pixels_of_the_samples_are_the_digits_that_the_samples_name(
    digits: tuple[Application, Path],
) -> None:
    application, directory = digits
    kinds = []
    for sample in samples(directory):
        request, kind = sample["request"], sample["operation"]
        if kind == "classifyDigit":
            reply = picture(application, base64.b64decode(request["base64"]), request["content_type"])
        else:
            reply = invoke(application, request["body"])
        (answer,) = reply.json["predictions"]
        likeliest = max(answer["probabilities"])
        expected = sample["expect"]["values"]
        assert answer["probabilities"].index(likeliest) == expected[0]["equals"]
        if kind == "classifyDigit":
            assert likeliest == pytest.approx(expected[1]["equals"], abs=expected[1]["tolerance"])
        kinds.append(kind)
    assert (kinds.count("classifyDigit"), kinds.count("rankDigits")) == (60, 60)


def test_a_picture_is_the_pixels_it_shows_at_any_size(digits: tuple[Application, Path]) -> None:
    application, directory = digits
    rows = samples(directory)[-1]["request"]["body"]["pixels"]
    with Image.open(io.BytesIO(png(rows))) as small:
        large = io.BytesIO()
        small.convert("RGB").resize((320, 320), Image.Resampling.NEAREST).save(large, "PNG")
    (by_pixels,) = invoke(application, {"pixels": rows}).json["predictions"]
    for content in (png(rows), large.getvalue()):
        (by_picture,) = picture(application, content).json["predictions"]
        assert by_picture["probabilities"] == pytest.approx(by_pixels["probabilities"], abs=1e-9)


@pytest.mark.parametrize(
    ("content", "content_type", "message"),
    [
        (b"GIF89a", "image/png", "the body is not a picture that can be read"),
        (b"", "image/png", "the body is not a picture that can be read"),
        (png([[0.0] * 8] * 8)[:45], "image/png", "the body is not a picture that can be read"),
        (png([[0.0] * 8] * 8), "image/gif", "the picture must be image/png"),
    ],
)
def test_what_is_no_picture_is_the_callers_mistake(
    digits: tuple[Application, Path], content: bytes, content_type: str, message: str
) -> None:
    reply = picture(digits[0], content, content_type)
    assert (reply.status, reply.json) == ("400 Bad Request", {"error": message})


@pytest.mark.parametrize("side", [MAX_SIDE + 1, 20_000])
def test_a_small_file_that_holds_a_huge_picture_is_refused(
    digits: tuple[Application, Path], side: int
) -> None:
    content = io.BytesIO()
    Image.new("1", (side, side)).save(content, "PNG")
    assert len(content.getvalue()) < 100_000
    assert picture(digits[0], content.getvalue()).status == "400 Bad Request"


@pytest.mark.parametrize("pixels", [None, [], [[0] * 8] * 7, [[0] * 7] * 8, [[17] * 8] * 8, [[True] * 8] * 8])
def test_pixels_of_another_form_are_the_callers_mistake(
    digits: tuple[Application, Path], pixels: object
) -> None:
    reply = invoke(digits[0], {"pixels": pixels})
    message = "instances[0].pixels must be 8 rows of 8 numbers from 0 to 16"
    assert (reply.status, reply.json) == ("400 Bad Request", {"error": message})
