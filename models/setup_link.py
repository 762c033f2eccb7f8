"""Links with which a new desk gets its first administrator."""

from datetime import datetime

from sqlmodel import Field

from desk import clock
from models.base import Row, Timestamp


class SetupLink(Row, table=True):
    """One link, made by a process that started on a desk without an administrator.

    Each process has one of its own; all of them end with the first administrator.
    """

    __tablename__ = 'setup_links'

    token_hash: str = Field(
        max_length=64, unique=True, description="SHA-256 of the link's token, hex"
    )
    expires_at: datetime = Field(sa_type=Timestamp)
    used_at: datetime | None = Field(default=None, sa_type=Timestamp)

    @property
    def is_open(self) -> bool:
        """Whether the link can still be used, if the desk has no administrator."""
        return self.used_at is None and clock.now() < self.expires_at
