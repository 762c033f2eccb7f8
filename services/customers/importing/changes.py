"""The effects of an import on existing records."""

from collections.abc import Sequence
from dataclasses import dataclass

from models import Customer


@dataclass(frozen=True, slots=True)
class Counts:
    """The effects of the rows without errors, as numbers."""

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
    """The names of the changed fields, including ``phones`` and ``attributes.…``."""

    @property
    def code(self) -> str:
        """The customer number as shown."""
        return Customer.code_of(self.number)


@dataclass(frozen=True, slots=True)
class OtherPerson:
    """A row whose name and number both differ from the record that it refers to."""

    row: int
    number: int
    name: str
    phone: str
    given_name: str
    given_phone: str

    @property
    def code(self) -> str:
        """The customer number as shown."""
        return Customer.code_of(self.number)
