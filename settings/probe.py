"""The canary's request."""

from typing import Annotated, Literal

from pydantic import Field

from settings.forms import Section, form


class Reference(Section):
    """The analysis of a lot that is kept in the reference data."""

    alcohol: float
    malic_acid: float
    ash: float
    alcalinity_of_ash: float
    magnesium: float
    total_phenols: float
    flavanoids: float
    nonflavanoid_phenols: float
    proanthocyanins: float
    od280_od315: float


class Measurements(Section):
    """The fresh measurements of a request, within the bounds of the API's contract."""

    color_intensity: Annotated[float, Field(ge=0, le=50)]
    hue: Annotated[float, Field(ge=0, le=5)]
    proline: Annotated[float, Field(ge=0, le=5000)]


class Probe(Section):
    """The canary's request: a reference item that exists, fresh measurements, the known prediction.

    What the API's contract would refuse is refused here, or every probe would fail.
    """

    id: Annotated[
        str,
        form(
            r"[a-zA-Z0-9_-]{1,64}",
            "it should be 1 to 64 letters, digits, `_` and `-`; the API's contract refuses other probes",
        ),
    ] = "lot-001"
    reference: Reference = Reference(
        alcohol=14.23,
        malic_acid=1.71,
        ash=2.43,
        alcalinity_of_ash=15.6,
        magnesium=127.0,
        total_phenols=2.8,
        flavanoids=3.06,
        nonflavanoid_phenols=0.28,
        proanthocyanins=2.29,
        od280_od315=3.92,
    )
    measurements: Measurements = Measurements(color_intensity=5.64, hue=1.04, proline=1065.0)
    prediction: Literal["barolo", "grignolino", "barbera"] = "barolo"
