"""The people who call and write."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, Index

from models.base import Row, counter, labelled, moment_field


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


class Customer(Row, table=True):
    """One customer on record."""

    __tablename__ = 'customers'
    __table_args__ = (
        Index('idx_customers_phone', 'phone'),
        Index('idx_customers_email', 'email'),
    )

    name: str = Field(max_length=100)
    email: str | None = Field(default=None, max_length=100)
    phone: str = Field(max_length=20, description='digits only, as dialled in Korea: 01012345678')
    customer_type: CustomerType = labelled(CustomerType, 'customer_type', CustomerType.INDIVIDUAL)
    status: CustomerStatus = labelled(CustomerStatus, 'customer_status', CustomerStatus.ACTIVE)
    risk_level: RiskLevel = labelled(RiskLevel, 'risk_level', RiskLevel.LOW)
    total_calls: int = counter()
    total_chats: int = counter()
    updated_at: datetime = moment_field()
