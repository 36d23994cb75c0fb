"""Whether each operation of the contract is answered, and each entry of `operations` is of one."""

from collections.abc import Iterator

from settings.service.errors import did_you_mean
from settings.service.reading import Service


def operation_problems(service: Service) -> Iterator[str]:
    """Every problem of `operations` in `service.yaml`."""
    known, used = service.contract.operations, service.definition.operations
    source = service.source
    meant = []
    for name in sorted(used.keys() - known.keys()):
        meant.append(did_you_mean(name, known))
        yield (
            f"{source.at(('operations', name))}: the contract has no such operation, so nothing would call"
            f" it. {meant[-1]}"
        )
    for name in sorted(known.keys() - service.pipelines.keys()):
        if f"Did you mean `{name}`?" in meant:
            continue  # said already: it is named, with a slip
        yield (
            f"{source.at(('operations',))}: `{name}` of the contract is not named, so nothing"
            f" would answer it. Write"
            f" `{name}: {{functions: functions}}`."
        )
    for name, pipeline in service.pipelines.items():
        if name in known and not (service.folder / f"{pipeline.functions}.py").is_file():
            yield (
                f"{source.at(('operations', name, 'functions'))}: there is no"
                f" {service.shown}/{pipeline.functions}.py,"
                " so nothing would answer it. Write its functions there."
            )
