"""Which traces are worth a look, as X-Ray filter expressions, and where the console shows them.

One source for the trace groups that are deployed and for the links on the dashboards. What is sampled is not
decided here: that is configuration.
"""

import string

GROUPS = ("slow", "failed")
PLAIN = frozenset(string.ascii_letters + string.digits + "_.-")


def group_filters(entry: str, slow_ms: float) -> dict[str, str]:
    """Filter expressions of the trace groups: slower than promised, and failed by our fault.

    `entry` is the traced name of the API's stage, `<api>/<stage>`.
    """
    return {
        "slow": f'service("{entry}") AND responsetime > {slow_ms / 1000:g}',
        "failed": f'service("{entry}") {{ fault }}',
    }


def query_link(console: str, expression: str) -> str:
    """The CloudWatch console's page of the traces that `expression` finds.

    `console` is the console's address up to the fragment. The fragment is the console's own notation, as its
    address bar shows it: `~` builds the structure, `*` and two digits are an ASCII character.
    """
    escaped = "".join(char if char in PLAIN else f"*{ord(char):02x}" for char in expression)
    return f"{console}#xray:traces/query?~(query~(expression~'{escaped}))"
