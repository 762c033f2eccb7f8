"""Files that stand in no chat: of customers, and of canned replies. Their content is in the bucket, as that of ``Attachment``."""

from uuid import UUID

from sqlmodel import Field

from models.attachment import MAX_FILE_NAME_CHARS
from models.base import Row


class KeptFile(Row):
    """What every file has; its id is its sender's, so that the same file sent twice is one."""

    agent_id: UUID = Field(foreign_key='agents.id', description='who added it')
    name: str = Field(max_length=MAX_FILE_NAME_CHARS, description='as it is shown')
    media_type: str = Field(max_length=100, description='decided by its content')
    size_bytes: int
    object_key: str = Field(max_length=64, unique=True, description='random; in the bucket')
    preview_key: str | None = Field(default=None, max_length=64, description='of a picture')


class CustomerAttachment(KeptFile, table=True):
    """A file on a customer's record."""

    __tablename__ = 'customer_attachments'

    customer_id: UUID = Field(foreign_key='customers.id', index=True)


class CannedReplyFile(KeptFile, table=True):
    """A file that goes with a canned reply."""

    __tablename__ = 'canned_reply_files'

    reply_id: UUID = Field(foreign_key='canned_replies.id', index=True)
