"""Labels (라벨) of chats: a name and a colour, for all chats or those of one department."""

from enum import StrEnum

from sqlalchemy import true
from sqlmodel import Field

from models.base import Row, counter, labelled

MAX_LABEL_CHARS = 30
MAX_LABELS = 10
"""The most labels of one chat."""


class LabelColor(StrEnum):
    """The colours of the desk's palette; the name always stands beside the colour."""

    GREY = 'grey'
    GREEN = 'green'
    AMBER = 'amber'
    BLUE = 'blue'
    VIOLET = 'violet'
    RED = 'red'


class ChatLabel(Row, table=True):
    """One label. It is taken out of use, never deleted: chats keep what they have."""

    __tablename__ = 'chat_labels'

    department: str = Field(
        default='',
        max_length=100,
        sa_column_kwargs={'server_default': ''},
        description='whose chats it is for; empty: all chats',
    )
    name: str = Field(max_length=MAX_LABEL_CHARS)
    name_en: str = Field(
        default='', max_length=MAX_LABEL_CHARS, sa_column_kwargs={'server_default': ''}
    )
    color: LabelColor = labelled(LabelColor, 'label_color', LabelColor.GREY)
    position: int = counter()
    is_active: bool = Field(default=True, sa_column_kwargs={'server_default': true()})
