"""Rows as the values of a customer's file: plain JSON, with names in place of ids of colleagues.

Nothing internal is disclosed: no marks of sessions, no places of files, no versions. A colleague is named as in the
conversation itself. What was weighed about the customer (tone, risk, category) is theirs to know.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from models import (
    AuditEntry,
    Call,
    Callback,
    CallbackAttempt,
    CallLeg,
    CallMoment,
    ChatNote,
    ChatSession,
    Customer,
    CustomerAttachment,
    CustomerChange,
    Message,
    Note,
    PastWrapUp,
    Promise,
    RecordingPause,
    SiteVisit,
)
from services.chats.events import Rating
from services.contacts.wrap_up_view import WrapUpView
from services.sentiment.events import Mood

Values = dict[str, object]
"""The values of one row."""
Names = Mapping[UUID, str]
"""The names of colleagues and queues, by id."""


def record(customer: Customer) -> Values:
    """Return a customer's record."""
    return {
        'code': customer.code,
        'name': customer.name,
        'phone': customer.phone,
        'other_phones': list(customer.other_phones),
        'email': customer.email,
        'customer_type': customer.customer_type.value,
        'status': customer.status.value,
        'risk_level': customer.risk_level.value,
        'call_permission': customer.call_permission.value,
        'memo': customer.memo,
        'attributes': dict(customer.attributes),
        'created_at': moment(customer.created_at),
        'updated_at': moment(customer.updated_at),
        'last_contact_at': moment(customer.last_contact_at),
    }


def version(change: CustomerChange, codes: Mapping[UUID, str], names: Names) -> Values:
    """Return one change of a record: each field before and after."""
    return {
        'at': moment(change.created_at),
        'record': codes.get(change.customer_id, ''),
        'version': change.version,
        'by': _name(names, change.agent_id),
        'changes': [
            {'field': field, 'before': before, 'after': after}
            for field, (before, after) in change.fields.items()
        ],
    }


def chat(
    row: ChatSession,
    names: Names,
    rating: Rating | None,
    mood: Mood | None,
) -> Values:
    """Return a chat without its lines."""
    return {
        'id': str(row.id),
        'started_at': moment(row.start_time),
        'answered_at': moment(row.taken_at),
        'ended_at': moment(row.end_time),
        'ending': row.ending.value if row.ending else None,
        'department': row.department,
        'queue': _name(names, row.queue_id),
        'agent': _name(names, row.agent_id),
        'typed_name': row.visitor_name,
        'typed_phone': row.visitor_phone,
        'consented_at': moment(row.consented_at),
        'rating': {'score': rating.score, 'comment': rating.comment} if rating else None,
        'mood': {'sentiment': mood.sentiment.value, 'trend': mood.trend.value, 'source': mood.source.value} if mood else None,
    }  # fmt: skip


def marked(
    row: ChatSession,
    notes: Sequence[ChatNote],
    past: Sequence[PastWrapUp],
    names: Names,
) -> Values:
    """Return what colleagues noted about a chat among themselves: labels, private notes, earlier 후처리.

    It is about the customer, so that it is part of what they may see (decision 0048).
    """
    return {
        'labels': [_name(names, one) for one in row.label_ids],
        'internal_notes': [
            {'at': moment(one.created_at), 'by': _name(names, one.author_id), 'text': one.body}
            for one in notes
        ],
        'past_wrap_ups': [
            {'at': moment(one.done_at), 'by': _name(names, one.agent_id), 'text': one.summary}
            for one in past
            if one.summary
        ],
    }


def where_from(visit: SiteVisit | None) -> Values:
    """Return the page of another site that a chat was written from, and who that site said the customer is."""
    if visit is None:
        return {}
    return {
        'page': visit.address or visit.site,
        'page_title': visit.title,
        'signed': visit.identity,
    }


def consent(row: ChatSession) -> Values:
    """Return the consent that was given in a chat."""
    at = moment(row.consented_at)
    return {'kind': 'chat', 'at': at, 'chat': str(row.id), 'value': 'agreed'}


def permission(change: CustomerChange) -> Values:
    """Return what the customer may be called for from a change on."""
    value = change.fields['call_permission'][1]
    return {
        'kind': 'call_permission',
        'at': moment(change.created_at),
        'chat': None,
        'value': value,
    }


def line(message: Message, names: Names) -> Values:
    """Return one line of a chat."""
    return {
        'number': message.number,
        'at': moment(message.created_at),
        'sender': message.sender.value,
        'agent': _name(names, message.sender_id),
        'type': message.type.value,
        'text': message.content,
    }


def call(
    row: Call,
    names: Names,
    legs: Sequence[Values],
    pauses: Sequence[RecordingPause],
) -> Values:
    """Return a call with its legs."""
    return {
        'id': str(row.id),
        'direction': row.direction.value,
        'phone': row.phone,
        'started_at': moment(row.start_time),
        'answered_at': moment(row.answered_at),
        'ended_at': moment(row.end_time),
        'ending': row.ending.value if row.ending else None,
        'department': row.department,
        'queue': _name(names, row.queue_id),
        'agent': _name(names, row.agent_id),
        'legs': list(legs),
        'recording_pauses': [
            {'from': moment(one.created_at), 'until': moment(one.resumed_at)} for one in pauses
        ],
    }


def leg(row: CallLeg, moments: Iterable[CallMoment], names: Names) -> Values:
    """Return a leg of a call with the states of those on it."""
    return {
        'kind': row.kind.value,
        'phone': row.phone,
        'agent': _name(names, row.agent_id),
        'queue': _name(names, row.queue_id),
        'started_at': moment(row.started_at),
        'answered_at': moment(row.answered_at),
        'ended_at': moment(row.ended_at),
        'hold_seconds': row.hold_seconds,
        'is_recorded': bool(row.recording),
        'states': [{'state': one.kind.value, 'at': moment(one.at)} for one in moments],
    }


def callback(row: Callback, attempts: Iterable[CallbackAttempt], names: Names) -> Values:
    """Return a call-back with the calls made for it."""
    return {
        'asked_at': moment(row.created_at),
        'by': _name(names, row.made_by_id),
        'name': row.name,
        'phone': row.phone,
        'about': row.body,
        'department': row.department,
        'from': moment(row.slot_from),
        'until': moment(row.slot_to),
        'status': row.status.value,
        'closed_at': moment(row.closed_at),
        'attempts': [
            {'at': moment(one.created_at), 'agent': _name(names, one.agent_id)} for one in attempts
        ],
    }


def note(row: Note, names: Names) -> Values:
    """Return a note."""
    return {
        'at': moment(row.created_at),
        'updated_at': moment(row.updated_at),
        'by': _name(names, row.agent_id),
        'text': row.text,
    }


def file(row: CustomerAttachment, names: Names) -> Values:
    """Return a file on a record, without its content: that is handed over on its own."""
    return {
        'at': moment(row.created_at),
        'by': _name(names, row.agent_id),
        'file': row.name,
        'media_type': row.media_type,
        'size_bytes': row.size_bytes,
    }


def access(entry: AuditEntry, names: Names) -> Values:
    """Return one access; without reasons, which are the desk's own words about its work."""
    fields = entry.details.get('fields', [])
    return {
        'at': moment(entry.created_at),
        'by': _name(names, entry.agent_id),
        'action': entry.action,
        'subject': entry.subject_kind,
        'fields': [str(one) for one in fields] if isinstance(fields, list) else [],
    }


def moment(at: datetime | None) -> str | None:
    """Return a time as JSON has it."""
    return at.isoformat() if at else None


def written(wrap_up: WrapUpView | None, promises: Sequence[Values]) -> Values:
    """Return what was written after a contact, and what was promised in it."""
    return {
        'category': wrap_up.category if wrap_up else '',
        'summary': wrap_up.summary if wrap_up else '',
        'promises': list(promises),
    }


def promise(row: Promise, names: Names) -> Values:
    """Return a promise."""
    return {
        'at': moment(row.created_at),
        'text': row.body,
        'due_at': moment(row.due_at),
        'status': row.status.value,
        'agent': _name(names, row.owner_id or row.made_by_id),
    }


def _name(names: Names, row_id: UUID | None) -> str:
    return names.get(row_id, '') if row_id else ''
