"""Sign-in sessions and failed sign-ins."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Index, Text

from desk import clock
from models.base import Row, Timestamp

MAX_USER_AGENT_CHARS = 300


class SignInSession(Row, table=True):
    """One sign-in of a browser or a program, until it expires or is revoked."""

    __tablename__ = 'sessions'
    __table_args__ = (Index('idx_sessions_agent', 'agent_id'),)

    agent_id: UUID = Field(foreign_key='agents.id')
    token_hash: str = Field(
        max_length=64, unique=True, description="SHA-256 of the cookie's value, hex"
    )
    expires_at: datetime = Field(sa_type=Timestamp)
    revoked_at: datetime | None = Field(default=None, sa_type=Timestamp)
    user_agent: str = Field(
        default='',
        max_length=MAX_USER_AGENT_CHARS,
        sa_column_kwargs={'server_default': ''},
        description='what the browser or program calls itself',
    )
    address: str = Field(
        default='',
        max_length=45,
        sa_column_kwargs={'server_default': ''},
        description='the network it was begun from, as text',
    )
    seen_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='when it was last used, to the minute'
    )
    sso_session: str | None = Field(
        default=None,
        max_length=64,
        description="SHA-256 of the provider's session, hex; empty for one that named none; none: a local password",
    )
    sso_token: str | None = Field(
        default=None, sa_type=Text, description="the provider's refresh and ID tokens, encrypted"
    )
    sso_checked_at: datetime | None = Field(default=None, sa_type=Timestamp)

    @property
    def is_valid(self) -> bool:
        """Whether the session still admits its agent."""
        return self.revoked_at is None and clock.now() < self.expires_at


class SignInAttempt(Row, table=True):
    """One failed sign-in, which slows down the next ones."""

    __tablename__ = 'sign_in_attempts'
    __table_args__ = (
        Index('idx_sign_in_attempts_username', 'username', 'created_at'),
        Index('idx_sign_in_attempts_address', 'address', 'created_at'),
    )

    username: str = Field(max_length=50)
    address: str = Field(
        max_length=45, description='the network that is blamed, as text; empty until it has failed'
    )
    source: str = Field(
        default='',
        max_length=64,
        sa_column_kwargs={'server_default': ''},
        description='what it is counted by: a known browser, or the network',
    )
