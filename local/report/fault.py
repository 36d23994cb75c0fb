"""Whether a fault showed as it should, and how it showed."""

from collections.abc import Sequence

from local import summary
from local.run.client import Sample
from local.run.faults import Fault
from local.run.observe import Probe


def judge(fault: Fault, samples: Sequence[Sample], probes: Sequence[Probe]) -> summary.Fault:
    """Compare what was seen since the fault began with what should be seen."""
    return summary.Fault(
        name=fault.name,
        expected=fault.expected,
        seen=f"{_answers(samples)}; {_probes(probes)}.",
        as_expected=fault.answers_show(samples) and fault.canary_shows(probes),
    )


def _answers(samples: Sequence[Sample]) -> str:
    kinds = summary.counts(f"{sample.status} {sample.code}".strip() for sample in samples)
    if len(kinds) == 1:
        return f"{len(samples)} requests, all {next(iter(kinds))}"
    return f"{len(samples)} requests: " + (
        ", ".join(f"{n} x {kind}" for kind, n in kinds.items()) or "no answer"
    )


def _probes(probes: Sequence[Probe]) -> str:
    kinds = summary.counts("succeeded" if probe.succeeded else f"failed ({probe.reason})" for probe in probes)
    return "canary: " + (", ".join(f"{n} {kind}" for kind, n in kinds.items()) or "no probe")
