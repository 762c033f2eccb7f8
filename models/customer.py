"""The people who call and write."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Identity, UniqueConstraint, literal_column, text
from sqlmodel import Field, Index

from models.base import Moment, Row, counter, labelled, moment_field


class CustomerType(StrEnum):
    """Who a customer is before the law."""

    INDIVIDUAL = 'individual'
    CORPORATE = 'corporate'


class CustomerStatus(StrEnum):
    """Whether we still serve them."""

    ACTIVE = 'active'
    INACTIVE = 'inactive'
    BLOCKED = 'blocked'


class RiskLevel(StrEnum):
    """How much care a contact needs."""

    LOW = 'low'
    MEDIUM = 'medium'
    HIGH = 'high'


def _given_by_the_database() -> Any:
    return Field(
        default=None, sa_type=BigInteger, sa_column_args=(Identity(always=False),), nullable=False
    )


_recent: Any = literal_column('last_contact_at').desc().nulls_last()


class Customer(Row, table=True):
    """One customer on record.

    The functions in the indexes are the search's (migration 0002, decision 0010); those of keys are collated "C", which a
    reflected index does not tell and so is not repeated here.
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
            'idx_customers_grams', text('customer_grams(name, email, phone)'),
            postgresql_using='gin', postgresql_with={'fastupdate': 'off'},
        ),
    )  # fmt: skip

    number: int = _given_by_the_database()

    name: str = Field(max_length=100)
    email: str | None = Field(default=None, max_length=100)
    phone: str = Field(max_length=20, description='digits only, as dialled in Korea: 01012345678')
    customer_type: CustomerType = labelled(CustomerType, 'customer_type', CustomerType.INDIVIDUAL)
    status: CustomerStatus = labelled(CustomerStatus, 'customer_status', CustomerStatus.ACTIVE)
    risk_level: RiskLevel = labelled(RiskLevel, 'risk_level', RiskLevel.LOW)
    total_calls: int = counter()
    total_chats: int = counter()
    updated_at: datetime = moment_field()
    last_contact_at: datetime | None = Field(
        default=None,
        sa_type=Moment,
        description='kept by the database: the newest end (of one that goes on: beginning) of their contacts',
    )

    @property
    def code(self) -> str:
        """The customer number as people write it: ``C-0001234``."""
        return f'C-{self.number:07}'
