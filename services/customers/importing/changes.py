"""What an import would do to records on file."""

from collections.abc import Sequence
from dataclasses import dataclass

from models import Customer


@dataclass(frozen=True, slots=True)
class Counts:
    """What the rows without fault would do."""

    new: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record that a row would change."""

    row: int
    number: int
    name_before: str
    name_after: str
    fields: Sequence[str]
    """What changes: names of fields, ``phones`` and ``attributes.…`` among them."""

    @property
    def code(self) -> str:
        """The customer number as people write it."""
        return Customer.code_of(self.number)


@dataclass(frozen=True, slots=True)
class OtherPerson:
    """A row that gives another name and another number than the record that it names."""

    row: int
    number: int
    name: str
    phone: str
    given_name: str
    given_phone: str

    @property
    def code(self) -> str:
        """The customer number as people write it."""
        return Customer.code_of(self.number)
