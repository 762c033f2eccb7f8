"""Columns that every table shares: a UUID key, a creation time, and how enums and times are stored."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import (
    TIMESTAMP,
    Dialect,
    Enum,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel
from typing_extensions import override

from desk import clock

log = structlog.get_logger()

# Alembic and `DROP CONSTRAINT` need constraint names that do not depend on the server.
SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        'ix': 'ix_%(table_name)s_%(column_0_N_name)s',
        'uq': 'uq_%(table_name)s_%(column_0_N_name)s',
        'ck': 'ck_%(table_name)s_%(constraint_name)s',
        'fk': 'fk_%(table_name)s_%(column_0_name)s',
        'pk': 'pk_%(table_name)s',
    }
).naming_convention

Timestamp: Any = TIMESTAMP(timezone=True)
"""A time with time zone, stored in UTC. (Typed ``Any``: SQLModel accepts instances, its stub does not.)"""

Integers: Any = ARRAY(Integer)
"""A column of whole numbers."""


Texts: Any = ARRAY(String)
"""A column of texts."""

Uuids: Any = ARRAY(Uuid)
"""A column of ids."""

Json: Any = JSONB
"""A column of structured values."""


class Labels(TypeDecorator[StrEnum]):
    """An enum stored by its values; a value that only a newer version of the desk knows is read as a stated member.

    Versions overlap while one is rolled out (docs/decisions/0031): one row with a new value must not break each list
    that it stands in. Nothing is written back: the row keeps its value until somebody changes that column.
    """

    impl = Enum
    cache_ok = True

    def __init__(self, kind: type[StrEnum], name: str, newer: StrEnum) -> None:
        super().__init__(
            kind, name=name, values_callable=lambda members: [member.value for member in members]
        )
        self.kind = kind
        self.newer = newer

    @override
    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], StrEnum | None] | None:
        """Read a value; see the class."""
        known: dict[str | None, StrEnum | None] = {member.value: member for member in self.kind}
        known[None] = None

        def member_of(value: str | None) -> StrEnum | None:
            if value not in known:
                log.warning('newer_label_read', kind=self.kind.__name__, read_as=self.newer.value)
                known[value] = self.newer  # and is logged once
            return known[value]

        return member_of


def labels(kind: type[StrEnum], name: str, *, newer: StrEnum) -> Any:
    """Return the column type of an enum that stores its values (not Python's names) under ``name``.

    Args:
        kind: the enum.
        name: the type's name in PostgreSQL.
        newer: the member as which a value of a newer version is read: the one that allows and claims least.
    """
    return Labels(kind, name, newer)


def labelled(kind: type[StrEnum], name: str, default: StrEnum) -> Any:
    """Return an enum field with the same default in Python and in the table, as the guide has it.

    The default is also what a value of a newer version is read as.
    """
    return Field(
        default=default,
        sa_type=labels(kind, name, newer=default),
        sa_column_kwargs={'server_default': default.value},
    )


def timestamp_field() -> Any:
    """Return a time field that defaults to now, in Python and in the table, as the guide has it."""
    return Field(
        default_factory=clock.now,
        sa_type=Timestamp,
        sa_column_kwargs={'server_default': func.now()},
    )


def counter(description: str | None = None) -> Any:
    """Return a whole number field that starts at zero, in Python and in the table."""
    return Field(default=0, description=description, sa_column_kwargs={'server_default': '0'})


class Row(SQLModel):
    """A row with its own id and creation time."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = timestamp_field()
