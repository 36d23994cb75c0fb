"""What all figures share. Percentages from 0 to 100, times in UTC."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["kept", "broken", "not provable"]


class Model(BaseModel):
    """Frozen, and described by its docstrings in the JSON schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
