"""Other sites that show the chat: the secrets with which they sign who their visitor is, and where a chat was written from."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Index, SQLModel

from models.base import Row, Timestamp, timestamp_field

MAX_ORIGIN_CHARS = 200
MAX_ADDRESS_CHARS = 500
MAX_TITLE_CHARS = 120
MAX_IDENTITY_CHARS = 200


class SiteKey(Row, table=True):
    """A secret of one site. A site has two while it goes over from one to the next."""

    __tablename__ = 'site_keys'
    __table_args__ = (Index('idx_site_keys_origin', 'origin', 'created_at'),)

    origin: str = Field(max_length=MAX_ORIGIN_CHARS, description='as browsers send it')
    sealed: str = Field(description='the secret, encrypted (desk/sealing.py)')
    made_by_id: UUID = Field(foreign_key='agents.id')
    retired_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='nothing that is signed with it counts since'
    )


class SiteVisit(SQLModel, table=True):
    """Where the customer of one chat is: the site, the page that they look at, and who the site says they are."""

    __tablename__ = 'site_visits'

    chat_session_id: UUID = Field(primary_key=True, foreign_key='chat_sessions.id')
    site: str = Field(max_length=MAX_ORIGIN_CHARS, description='its origin')
    address: str = Field(
        default='',
        max_length=MAX_ADDRESS_CHARS,
        sa_column_kwargs={'server_default': ''},
        description='of the page, without its query, its fragment and what looks like a secret',
    )
    title: str = Field(
        default='', max_length=MAX_TITLE_CHARS, sa_column_kwargs={'server_default': ''}
    )
    seen_at: datetime = timestamp_field()
    identity: str = Field(
        default='',
        max_length=MAX_IDENTITY_CHARS,
        sa_column_kwargs={'server_default': ''},
        description='what the site has signed: customer:C-0000001, email:…, phone:…; empty: nothing',
    )
    customer_id: UUID | None = Field(
        default=None,
        foreign_key='customers.id',
        ondelete='SET NULL',
        index=True,
        description='whose record the signed identity names; none where it names none, or several',
    )
