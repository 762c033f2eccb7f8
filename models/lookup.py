"""Complete phone numbers and e-mail addresses that agents searched for: shows guessing in a row."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Index, SQLModel

from models.base import timestamp_field


class Lookup(SQLModel, table=True):
    """One agent's search for one number or address; kept for a month, only as a keyed hash."""

    __tablename__ = 'lookups'
    __table_args__ = (
        Index('idx_lookups_agent', 'agent_id', 'looked_at'),
        Index('idx_lookups_alike', 'agent_id', 'alike_hash', 'looked_at'),
        Index('idx_lookups_old', 'looked_at'),
    )

    agent_id: UUID = Field(primary_key=True, foreign_key='agents.id')
    value_hash: str = Field(primary_key=True, max_length=64, description='of the value, hex')
    alike_hash: str = Field(max_length=64, description='of what its mask shows, hex')
    looked_at: datetime = timestamp_field()
