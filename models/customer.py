"""Customers, and what the desk records about them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, UniqueConstraint, literal_column, text
from sqlmodel import Field, Index

from models.base import Json, Row, Texts, Timestamp, counter, labelled, timestamp_field


class CustomerType(StrEnum):
    """The legal kind of a customer."""

    INDIVIDUAL = 'individual'
    CORPORATE = 'corporate'


class CustomerStatus(StrEnum):
    """Whether the customer is still served."""

    ACTIVE = 'active'
    INACTIVE = 'inactive'
    BLOCKED = 'blocked'


class RiskLevel(StrEnum):
    """How much care a contact needs."""

    LOW = 'low'
    MEDIUM = 'medium'
    HIGH = 'high'


class CallPermission(StrEnum):
    """What a customer may be called for: anything, what they are in contact about, or not at all (전화 거부)."""

    ANYTHING = 'anything'
    """They have agreed to advertising by telephone (정보통신망법 50조)."""
    SERVICE = 'service'
    NOTHING = 'nothing'


def _given_by_the_database() -> Any:
    return Field(
        default=None, sa_type=BigInteger, sa_column_args=(Identity(always=False),), nullable=False
    )


_recent: Any = literal_column('last_contact_at').desc().nulls_last()


class Customer(Row, table=True):
    """One customer on record.

    The functions in the indexes belong to the search (migrations 0002 and 0008, decisions 0010 and
    0022); key indexes use collation "C", which a reflected index does not report and so is not
    repeated here. The database maintains ``total_calls``, ``total_chats`` and ``last_contact_at``
    (migration 0003): no code writes them.
    """

    __tablename__ = 'customers'
    __table_args__ = (
        UniqueConstraint('number'),
        Index('idx_customers_phone', 'phone'),
        Index('idx_customers_email', 'email'),
        Index('idx_customers_recent', _recent),
        Index('idx_customers_name_key', text('name_key(name)'), _recent),
        Index('idx_customers_initials', text('name_initials(name)'), _recent),
        Index('idx_customers_email_key', text('lower(email)'), _recent),
        Index('idx_customers_phone_key', text('phone'), _recent),
        Index('idx_customers_phone_end', text('reverse(phone)'), _recent),
        Index(
            'idx_customers_grams', text('customer_grams(name, email, phone, other_phones)'),
            postgresql_using='gin', postgresql_with={'fastupdate': 'off'},
        ),
        Index(
            'idx_customers_domain_grams', text('domain_grams(email)'),
            postgresql_using='gin', postgresql_with={'fastupdate': 'off'},
        ),
        Index(
            'idx_customers_other_phones', text('phone_lines(other_phones)'),
            postgresql_using='gin', postgresql_where=text("other_phones <> '{}'"),
        ),
        Index(
            'idx_customers_blocked', text('(other_phones || phone)'),
            postgresql_using='gin', postgresql_with={'fastupdate': 'off'}, postgresql_where=text("status = 'blocked'"),
        ),
        Index(
            'idx_customers_blocked_until', 'blocked_until',
            postgresql_where=text('blocked_until IS NOT NULL'),
        ),
        Index(
            'idx_customers_merged_into', 'merged_into_id',
            postgresql_where=text('merged_into_id IS NOT NULL'),
        ),
    )  # fmt: skip

    number: int = _given_by_the_database()

    name: str = Field(max_length=100)
    email: str | None = Field(default=None, max_length=100)
    phone: str = Field(
        max_length=20,
        description='as services/text/phone_numbers.py keeps it: 01012345678, +12124567890, 0212345678x301',
    )
    other_phones: list[str] = Field(
        default_factory=list,
        sa_type=Texts,
        sa_column_kwargs={'server_default': '{}'},
        description='further numbers, written as ``phone`` is',
    )
    customer_type: CustomerType = labelled(CustomerType, 'customer_type', CustomerType.INDIVIDUAL)
    status: CustomerStatus = labelled(CustomerStatus, 'customer_status', CustomerStatus.ACTIVE)
    blocked_until: datetime | None = Field(
        default=None,
        sa_type=Timestamp,
        description='이용 제한: when the block ends by itself; none: it has no end',
    )
    risk_level: RiskLevel = labelled(RiskLevel, 'risk_level', RiskLevel.LOW)
    call_permission: CallPermission = labelled(
        CallPermission, 'call_permission', CallPermission.SERVICE
    )
    memo: str = Field(default='', sa_column_kwargs={'server_default': ''})
    attributes: dict[str, str] = Field(
        default_factory=dict,
        sa_type=Json,
        sa_column_kwargs={'server_default': '{}'},
        description='what a centre keeps of its own kind: 회원 등급, 계약 번호 …',
    )
    version: int = counter(
        'grows with every edit: who edits says which version they had before them'
    )
    total_calls: int = counter()
    total_chats: int = counter()
    updated_at: datetime = timestamp_field()
    last_contact_at: datetime | None = Field(
        default=None,
        sa_type=Timestamp,
        description='kept by the database: the newest end (of one that goes on: beginning) of their contacts',
    )
    merged_into_id: UUID | None = Field(
        default=None,
        foreign_key='customers.id',
        description='a duplicate whose contacts went to this one; it is found no more',
    )
    erased_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='deleted on request: what is left names nobody'
    )

    @property
    def code(self) -> str:
        """The customer number as shown: ``C-0001234``."""
        return self.code_of(self.number)

    @staticmethod
    def code_of(number: int) -> str:
        """Return a customer number as shown."""
        return f'C-{number:07}'


class Note(Row, table=True):
    """An agent's note about a customer, for colleagues only."""

    __tablename__ = 'notes'
    __table_args__ = (Index('idx_notes_customer', 'customer_id', 'created_at', 'id'),)

    customer_id: UUID = Field(foreign_key='customers.id')
    agent_id: UUID = Field(foreign_key='agents.id')
    text: str
    updated_at: datetime = timestamp_field()


class CustomerChange(Row, table=True):
    """One edit of a record: old and new values. Personal data, so deleted with its customer.

    The audit log records that the edit happened; this records the values.
    """

    __tablename__ = 'customer_changes'
    __table_args__ = (Index('idx_customer_changes_customer', 'customer_id', 'created_at', 'id'),)

    customer_id: UUID = Field(foreign_key='customers.id')
    agent_id: UUID | None = Field(
        default=None, foreign_key='agents.id', description='none: the desk itself'
    )
    version: int = Field(description='of the customer, after it')
    fields: dict[str, list[Any]] = Field(sa_type=Json, description='by field: [before, after]')


class CustomerMerge(Row, table=True):
    """Two records merged into one, with the data to undo it."""

    __tablename__ = 'customer_merges'
    __table_args__ = (
        Index('idx_customer_merges_kept', 'kept_id', 'created_at'),
        Index('idx_customer_merges_merged', 'merged_id'),
    )

    kept_id: UUID = Field(foreign_key='customers.id')
    merged_id: UUID = Field(foreign_key='customers.id')
    agent_id: UUID = Field(foreign_key='agents.id')
    before: dict[str, Any] = Field(
        sa_type=Json, description='the fields of the kept one as they were'
    )
    moved: dict[str, list[str]] = Field(
        sa_type=Json, description='by table, the ids of the rows that went to the kept one'
    )
    undone_at: datetime | None = Field(default=None, sa_type=Timestamp)
