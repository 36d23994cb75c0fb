"""A file of probes that stands alone, for an API without a folder in `services/`: read, and all that is wrong
with it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from settings.probes import exported as probes
from settings.probes.authorization import Authorization
from settings.probes.checks import probe_problems, request_problems, twin_problems
from settings.probes.definition import Call, ProbeFile
from settings.probes.exported import Wired
from settings.probes.texts import authorization_problems
from settings.probes.wire import UnsendableError, by_path, reader
from settings.service.errors import ServiceError, validation_problems
from settings.service.source import Source

NO_CONTRACT = "a file that stands alone has no contract to find this in."


@dataclass(frozen=True, kw_only=True)
class Probed:
    """A file as it is written; `path` is where it stands, `alone` without what it names beside it."""

    path: Path
    source: Source
    definition: ProbeFile
    alone: bool = False

    def exported(self) -> str:
        """Its probes, as the stack exports them; see `settings.probes.exported`."""
        return probes.exported(self.definition.probes, self._wired)

    def read(self, name: str) -> bytes:
        """A file beside it. Raises `UnsendableError`."""
        if self.alone:
            raise UnsendableError(
                "file", f"{name} is not there, for the text of the probes came alone. Write it as `base64`."
            )
        return reader(self.path.parent, str(self.path.parent))(name)

    def _wired(self, call: Call) -> Wired:
        authorization = self.definition.authorization or Authorization()
        return Wired(sent=by_path(call, self.read), schema=None, authorization=authorization)


def read(path: Path, *, alone: bool = False) -> Probed:
    """The file, checked. Raises `ServiceError` with all that is wrong, each with file, line and fix.

    One that is `alone` is a copy of a text that came from elsewhere, and is called by its name.
    """
    source = Source(path, path.name if alone else str(path))
    try:
        definition = ProbeFile.model_validate_json(json.dumps(source.data))
    except ValidationError as error:
        raise ServiceError(
            [f"{source.at(place)}: {said}" for place, said in validation_problems(ProbeFile, error)]
        ) from None
    found = Probed(path=path, source=source, definition=definition, alone=alone)
    if problems := list(_problems(found)):
        raise ServiceError(problems)
    return found


def _problems(found: Probed) -> Iterator[str]:
    default = found.definition.authorization
    yield from authorization_problems(default, partial(_at, found.source, "authorization"))
    yield from twin_problems(found.definition.probes, partial(_at, found.source, "probes"))
    for number, probe in enumerate(found.definition.probes):
        at = partial(_at, found.source, "probes", number)
        yield from probe_problems(probe, at, lambda _: default or Authorization())
        if probe.reference:
            yield f"{at('reference')}: the table is not the program's own and is left alone. Remove it."
        for place, call in probe.calls:
            here = partial(at, *place)
            if call.operation:
                yield f"{here('operation')}: {NO_CONTRACT} Give `method` and `path`."
                continue
            if call.expect.fits is True and "fits" in call.expect.model_fields_set:
                yield f"{here('expect', 'schema')}: {NO_CONTRACT} Write the schema here, or remove it."
            if default is None and call.authorization is None and call.url is None:
                yield (
                    f"{here('authorization')}: nothing says how the call is authorized. Write"
                    " `authorization: none`, or another one, here or once at the top of the file."
                )
            yield from request_problems(call, found.read, here)


def _at(source: Source, *place: str | int) -> str:
    return source.at(place)
