"""The options of `python -m rehearsal frontier`. Imports nothing heavy: every command's parser needs them."""

import argparse
from pathlib import Path

MOST_REQUESTS = 1_000_000


def add(parser: argparse.ArgumentParser) -> None:
    """Add them to the command's parser."""
    parser.add_argument(
        "--requests-per-minute",
        type=rates,
        metavar="N,N…",
        help="traffic to ask about (default: 10,100,1000: a quiet night, an ordinary hour, a peak)",
    )
    parser.add_argument(
        "--at",
        action="append",
        metavar="NAMESPACE",
        help="where incidents show, such as AWS/Lambda (default: the front door)",
    )
    parser.add_argument(
        "--unseen-at-most",
        type=share,
        metavar="SHARE",
        help="exit code 1 if nobody hears of an incident that spends more of the budget, such as 5%%",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write frontier.html and frontier.json there")
    parser.add_argument("--json", action="store_true", help="print every point as JSON and nothing else")


def share(text: str) -> float:
    """`5%` -> 0.05."""
    try:
        value = float(text.removesuffix("%").strip())
    except ValueError:
        value = -1.0
    if not (text.endswith("%") and 0 <= value <= 1_000_000):  # noqa: PLR2004  # also refuses NaN
        raise argparse.ArgumentTypeError(f"{text!r} is no share of the budget; write 5%")
    return value / 100


def rates(text: str) -> list[int]:
    """`10,100` -> [10, 100]."""
    pieces = [piece.strip() for piece in text.split(",")]
    if not all(piece.isascii() and piece.isdigit() and 0 < int(piece) <= MOST_REQUESTS for piece in pieces):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no list of rates; write whole numbers from 1 to {MOST_REQUESTS:,}, such as 10,100"
        )
    return sorted({int(piece) for piece in pieces})
