"""Links with which people set a new password."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Index

from desk import clock
from models.base import Row, Timestamp


class PasswordReset(Row, table=True):
    """One link of one person, made by an administrator; used once, until it expires or a newer one is made."""

    __tablename__ = 'password_resets'
    __table_args__ = (Index('idx_password_resets_agent', 'agent_id'),)

    agent_id: UUID = Field(foreign_key='agents.id')
    made_by_id: UUID = Field(foreign_key='agents.id')
    token_hash: str = Field(
        max_length=64, unique=True, description="SHA-256 of the link's token, hex"
    )
    expires_at: datetime = Field(sa_type=Timestamp)
    used_at: datetime | None = Field(default=None, sa_type=Timestamp)
    ended_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='replaced by a newer one'
    )

    @property
    def is_open(self) -> bool:
        """Whether the link can still be used."""
        return self.used_at is None and self.ended_at is None and clock.now() < self.expires_at
