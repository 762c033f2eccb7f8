"""What every table shares: a UUID key, a time of creation, and how enums and times are stored."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import TIMESTAMP, Enum, Integer, MetaData, String, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from desk import clock

# Alembic and `DROP CONSTRAINT` need names that do not change with the server.
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
"""A stored time: with zone, kept in UTC. (Typed ``Any``: SQLModel accepts instances here, its stub does not.)"""

Integers: Any = ARRAY(Integer)
"""Whole numbers in one column."""


Texts: Any = ARRAY(String)
"""Words in one column."""

Json: Any = JSONB
"""What has a shape of its own, in one column."""


def labels(kind: type[StrEnum], name: str) -> Any:
    """Return the column type of an enum that stores its values (not Python's names) under ``name``."""
    return Enum(
        kind, name=name, values_callable=lambda members: [member.value for member in members]
    )


def labelled(kind: type[StrEnum], name: str, default: StrEnum) -> Any:
    """Return the field of an enum that has a default in Python and, as the guide wrote it, in the table."""
    return Field(
        default=default,
        sa_type=labels(kind, name),
        sa_column_kwargs={'server_default': default.value},
    )


def timestamp_field() -> Any:
    """Return a time that is "now" unless given, in Python and, as the guide wrote it, in the table."""
    return Field(
        default_factory=clock.now,
        sa_type=Timestamp,
        sa_column_kwargs={'server_default': func.now()},
    )


def counter(description: str | None = None) -> Any:
    """Return a whole number that starts at zero, in Python and in the table."""
    return Field(default=0, description=description, sa_column_kwargs={'server_default': '0'})


class Row(SQLModel):
    """A row with its own id and birth time."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = timestamp_field()
