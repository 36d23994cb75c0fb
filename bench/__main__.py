"""`python -m bench [NAME ...]`: every benchmark, or those named. Exit code 1 if one misses its target."""

import importlib
import sys

BENCHES = ("cold-start", "fleet", "frontier", "lint", "otlp", "rehearsal", "sla", "tracing")


def main(names: list[str]) -> int:
    """Run them one after the other, so that none disturbs another."""
    unknown = set(names) - set(BENCHES)
    if unknown:
        sys.stderr.write(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}\n")
        return 2
    return max(
        int(importlib.import_module(f"bench.{name.replace('-', '_')}").main()) for name in names or BENCHES
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
