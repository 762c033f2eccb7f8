"""Request and response bodies of ``/customers``. Contact details are masked unless the reader is in contact with the customer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from models import (
    CallDirection,
    CallEnding,
    CallPermission,
    ChatEnding,
    ChatStatus,
    CustomerStatus,
    CustomerType,
    RiskLevel,
    Sentiment,
)
from models import Customer as CustomerRow
from models import Note as NoteRow
from pages.api.shapes import Text, shown_as
from pages.api.wrap_up_shapes import WrapUpItem
from services.customers.erasure import ErasureReason
from services.customers.fields import CustomerEdit, CustomerFields, phones_of
from services.customers.masks import masked_changes, masked_value
from services.customers.merging import undo_until
from services.customers.personal_data import RevealReason
from services.customers.records import Edited, Theirs
from services.customers.timeline import TimelineEntry, TimelineKind
from services.customers.warnings import CustomerWarning, warnings_of

EDIT_EXAMPLE: dict[str, Any] = {
    'version': 3,
    'memo': '오후 통화 선호',
    'attributes': {'회원 등급': '골드', '예전 항목': None},
}
FIELDS_EXAMPLE: dict[str, Any] = {
    'name': '최유진',
    'phones': ['010-9876-5432', '02-345-6789'],
    'email': 'yujin@example.com',
    'attributes': {'회원 등급': '골드'},
}
CUSTOMER_EXAMPLE: dict[str, Any] = {
    'id': 'b2f1f5a0-7a55-4a63-8a4f-0b4e1f6c2d11',
    'code': 'C-0001234',
    'name': '최유진',
    'phones': ['010-****-5432'],
    'email': 'yu***@example.com',
    'is_masked': True,
    'customer_type': 'individual',
    'status': 'active',
    'risk_level': 'high',
    'call_permission': 'service',
    'warnings': ['high_risk'],
    'attributes': {'회원 등급': '골드'},
    'memo': '오후 통화 선호',
    'version': 3,
    'total_chats': 12,
    'total_calls': 2,
    'last_contact_at': '2026-11-02T01:41:05Z',
    'created_at': '2026-01-05T02:00:00Z',
    'updated_at': '2026-10-30T05:12:00Z',
}
NOTE_EXAMPLE: dict[str, Any] = {
    'id': '5d1f2c7e-93a4-4b7b-a9a0-6a1b7c2d3e4f',
    'customer_id': CUSTOMER_EXAMPLE['id'],
    'agent_id': '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    'text': '환불 완료 안내함',
    'created_at': '2026-11-02T01:45:00Z',
    'updated_at': '2026-11-02T01:45:00Z',
}
ENTRY_EXAMPLE: dict[str, Any] = {
    'kind': 'change',
    'at': '2026-10-30T05:12:00Z',
    'id': '0c9a1b2d-3e4f-4a5b-8c7d-9e0f1a2b3c4d',
    'agent_name': '김서연',
    'chat': None,
    'call': None,
    'wrap_up': None,
    'sentiment': None,
    'note': None,
    'change': {
        'version': 3,
        'fields': {'memo': ['', '오후 통화 선호']},
        'merge_id': None,
        'undo_until': None,
    },
}
Version = Annotated[int, Field(ge=0, le=2_147_483_647)]


class Customer(BaseModel):
    """A customer. ``is_masked``: numbers and address are masked; ``POST …/reveal`` returns them, for a reason."""

    model_config = shown_as(CUSTOMER_EXAMPLE)

    id: UUID
    code: str
    name: str
    phones: list[str] = Field(
        description='01012345678, +12124567890, 0212345678x301 (an extension)'
    )
    email: str | None
    is_masked: bool
    customer_type: CustomerType
    status: CustomerStatus
    risk_level: RiskLevel
    call_permission: CallPermission
    warnings: list[CustomerWarning]
    attributes: dict[str, str]
    memo: str
    version: int
    total_chats: int
    total_calls: int
    last_contact_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: CustomerRow, *, is_whole: bool) -> Self:
        """Return a customer for a reader; ``is_whole``: the reader may see numbers and addresses unmasked."""
        reached: dict[str, Any] = {'phones': phones_of(row), 'email': row.email}
        if not is_whole:
            reached = {field: masked_value(field, value) for field, value in reached.items()}
        own = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        return cls(**{**own, **reached}, warnings=list(warnings_of(row)), is_masked=not is_whole)


class CustomerPage(BaseModel):
    """A page of customers; ``next`` is the cursor of the next page, null on the last (and for a search)."""

    model_config = shown_as({'items': [CUSTOMER_EXAMPLE], 'next': None})

    items: list[Customer]
    next: str | None


class NewCustomer(CustomerFields):
    """A customer to create. The writer makes the ``id``: sent again it is the same customer."""

    model_config = ConfigDict(json_schema_extra={'examples': [FIELDS_EXAMPLE]})

    id: UUID | None = None


class CustomerPatch(CustomerEdit):
    """The fields to change, and the ``version`` they were read at. An attribute whose value is null is removed."""

    model_config = ConfigDict(json_schema_extra={'examples': [EDIT_EXAMPLE]})

    version: Version


class ColleaguesChange(BaseModel):
    """A colleague's change of another field, made while this edit was being written."""

    field: str
    before: Any
    after: Any
    agent_name: str
    at: datetime

    @classmethod
    def of(cls, theirs: Theirs, *, is_whole: bool) -> Self:
        """Return a change for a reader."""
        values = {'before': theirs.before, 'after': theirs.after}
        if not is_whole:
            values = {name: masked_value(theirs.field, value) for name, value in values.items()}
        return cls(**values, field=theirs.field, agent_name=theirs.agent_name, at=theirs.at)


class EditedCustomer(BaseModel):
    """A customer after an edit, and the changes that colleagues made meanwhile."""

    model_config = shown_as({'customer': CUSTOMER_EXAMPLE, 'theirs': []})

    customer: Customer
    theirs: list[ColleaguesChange]

    @classmethod
    def of(cls, edited: Edited, *, is_whole: bool) -> Self:
        """Return an edit's outcome for a reader."""
        return cls(
            customer=Customer.of(edited.customer, is_whole=is_whole),
            theirs=[ColleaguesChange.of(one, is_whole=is_whole) for one in edited.theirs],
        )


class NoteText(BaseModel):
    """A note to write. The writer makes the ``id``: sent again it is the same note."""

    model_config = shown_as({'text': NOTE_EXAMPLE['text']})

    text: Text
    id: UUID | None = None


class Note(BaseModel):
    """A note on a customer."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={'examples': [NOTE_EXAMPLE]})

    id: UUID
    customer_id: UUID
    agent_id: UUID
    text: str
    created_at: datetime
    updated_at: datetime


class TimelineChat(BaseModel):
    """A chat in a timeline; ``GET /chat/sessions/{session_id}/messages`` is its transcript."""

    model_config = ConfigDict(from_attributes=True)

    status: ChatStatus
    ending: ChatEnding | None
    department: str
    agent_id: UUID | None
    end_time: datetime | None
    last_number: int
    last_line: str


class TimelineCall(BaseModel):
    """A call in a timeline."""

    model_config = ConfigDict(from_attributes=True)

    direction: CallDirection
    ending: CallEnding | None
    department: str
    agent_id: UUID | None
    answered_at: datetime | None
    end_time: datetime | None


class TimelineChange(BaseModel):
    """A change of the record: by field, [before, after]. A merge can be undone by ``merge_id`` until ``undo_until``."""

    version: int
    fields: dict[str, list[Any]]
    merge_id: UUID | None
    undo_until: datetime | None


class TimelineItem(BaseModel):
    """One entry of a timeline: of ``chat``, ``call``, ``note`` and ``change`` only the field that ``kind`` names is set."""

    model_config = shown_as(ENTRY_EXAMPLE)

    kind: TimelineKind
    at: datetime
    id: UUID
    agent_name: str
    chat: TimelineChat | None
    call: TimelineCall | None
    wrap_up: WrapUpItem | None = Field(description='after a chat or call')
    sentiment: Sentiment | None = Field(description='of the customer of a chat, on the whole')
    note: Note | None
    change: TimelineChange | None

    @classmethod
    def of(cls, entry: TimelineEntry, *, is_whole: bool) -> Self:
        """Return an entry for a reader."""
        return cls(
            kind=entry.kind,
            at=entry.at,
            id=entry.id,
            agent_name=entry.agent_name,
            chat=TimelineChat.model_validate(entry.chat) if entry.chat else None,
            call=TimelineCall.model_validate(entry.call) if entry.call else None,
            wrap_up=WrapUpItem.of(entry.wrap_up) if entry.wrap_up else None,
            sentiment=entry.mood.sentiment if entry.mood else None,
            note=Note.model_validate(entry.note) if entry.note else None,
            change=_change(entry, is_whole=is_whole),
        )


class Timeline(BaseModel):
    """A page of a timeline, newest first; ``next`` is the cursor of the next page, null on the last."""

    model_config = shown_as({'items': [ENTRY_EXAMPLE], 'next': None})

    items: list[TimelineItem]
    next: str | None


class Erasure(BaseModel):
    """The reason for deleting a customer; ``why`` says it in words, required for ``other``."""

    model_config = shown_as({'reason': 'request'})

    reason: ErasureReason
    why: Text = ''


class RevealOrder(BaseModel):
    """The reason for reading a customer's contact details; ``why`` says it in words, required for ``other``."""

    model_config = shown_as({'reason': 'identity'})

    reason: RevealReason
    why: Text = ''


class Reached(BaseModel):
    """A customer's contact details, unmasked; not to be kept longer than ``seconds``."""

    model_config = shown_as(
        {'phones': ['01098765432'], 'email': 'yujin@example.com', 'seconds': 30}
    )

    phones: list[str]
    email: str | None
    seconds: int


def note(row: NoteRow) -> Note:
    """Return a note as the API shows it."""
    return Note.model_validate(row)


def _change(entry: TimelineEntry, *, is_whole: bool) -> TimelineChange | None:
    if entry.change is None:
        return None
    fields: Mapping[str, list[Any]] = entry.change.fields
    return TimelineChange(
        version=entry.change.version,
        fields=dict(fields) if is_whole else masked_changes(fields),
        merge_id=entry.merge.id if entry.merge else None,
        undo_until=undo_until(entry.merge) if entry.merge else None,
    )
