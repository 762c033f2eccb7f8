"""Columns that every table shares: a UUID key, a creation time, and how enums and times are stored."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import TIMESTAMP, Enum, Integer, MetaData, String, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from desk import clock

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

Json: Any = JSONB
"""A column of structured values."""


def labels(kind: type[StrEnum], name: str) -> Any:
    """Return the column type ``name`` for an enum, storing its values and not Python's names."""
    return Enum(
        kind, name=name, values_callable=lambda members: [member.value for member in members]
    )


def labelled(kind: type[StrEnum], name: str, default: StrEnum) -> Any:
    """Return an enum field with the same default in Python and in the table, as the guide has it."""
    return Field(
        default=default,
        sa_type=labels(kind, name),
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
