"""Invitations: how a person gets their own sign-in."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Index

from desk import clock
from models.agent import AgentRole
from models.base import Row, Timestamp, labelled


class Invitation(Row, table=True):
    """One link with which one person becomes an agent; its id becomes the agent's id.

    It can be used once, until it expires, is withdrawn, or is replaced by a newer one.
    """

    __tablename__ = 'invitations'
    __table_args__ = (
        Index('idx_invitations_username', 'username'),
        Index('idx_invitations_email', 'email'),
    )

    username: str = Field(max_length=50)
    email: str = Field(max_length=100)
    first_name: str = Field(max_length=50)
    last_name: str = Field(max_length=50)
    role: AgentRole = labelled(AgentRole, 'agent_role', AgentRole.AGENT)
    department: str = Field(max_length=100)
    token_hash: str = Field(
        max_length=64, unique=True, description="SHA-256 of the link's token, hex"
    )
    expires_at: datetime = Field(sa_type=Timestamp)
    invited_by_id: UUID = Field(foreign_key='agents.id')
    used_at: datetime | None = Field(default=None, sa_type=Timestamp)
    ended_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='withdrawn, or replaced by a newer one'
    )

    @property
    def is_open(self) -> bool:
        """Whether the link can still be used."""
        return self.used_at is None and self.ended_at is None and clock.now() < self.expires_at
