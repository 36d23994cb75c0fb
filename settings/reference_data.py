"""Where the reference data is that requests are joined with."""

from typing import Annotated

from pydantic import Field

from settings.forms import Section, form


class ReferenceData(Section):
    """A service that uses reference data has a table of its own, unless one that exists is named here.

    Its key is `id`, text. Nothing is put into a table that is not the stack's: the items of the probes must
    be in it.
    """

    table: (
        Annotated[
            str,
            form(
                r"[a-zA-Z0-9_.-]{3,255}",
                "it should be a table's name, 3 to 255 letters, digits and _ . -; DynamoDB has no other",
            ),
            Field(examples=["lots"]),
        ]
        | None
    ) = None
