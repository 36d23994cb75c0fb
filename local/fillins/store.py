"""Resources of a fill-in, kept apart by account and region as AWS keeps them."""

from collections.abc import Iterator
from typing import Any

from ministack.core.responses import get_account_id, get_region

Record = dict[str, Any]


class Store:
    """Records by name in the caller's account and region."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str, str], Record] = {}

    def put(self, name: str, record: Record) -> None:
        """Keep `record` under `name`, replacing an older one."""
        self._records[get_account_id(), get_region(), name] = record

    def get(self, name: str) -> Record | None:
        """The record, or None."""
        return self._records.get((get_account_id(), get_region(), name))

    def pop(self, name: str) -> Record | None:
        """Remove and return the record, or None."""
        return self._records.pop((get_account_id(), get_region(), name), None)

    def mine(self) -> list[Record]:
        """The caller's records, oldest first."""
        here = (get_account_id(), get_region())
        return [record for key, record in self._records.items() if key[:2] == here]

    def everyone(self) -> Iterator[tuple[str, Record]]:
        """Every account's records with the account's id."""
        for (account, _region, _name), record in list(self._records.items()):
            yield account, record
