"""Facts about contacts and agents, parsed from Amazon Connect's events and answers.

Contact events arrive unordered and more than once; each holds everything known of the contact when
it was sent. AWS's own samples mix ``camelCase`` with ``PascalCase`` and write an unset time as
1970: keys are matched in any case, and such times are ignored.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

NEVER = datetime(1971, 1, 1, tzinfo=UTC)
"""Earlier times mean "not yet"."""


class UnreadableEventError(ValueError):
    """A record is not an event of the expected kind. Its text quotes none of the content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """The known facts of one contact.

    Ids come without their ARN; unknown values are empty texts or ``None``.
    """

    contact_id: str
    root_id: str
    """The first contact of the conversation; its own id when it is the first."""
    previous_id: str = ''
    channel: str
    initiation: str
    """``InitiationMethod``: INBOUND, OUTBOUND, TRANSFER, API, MONITOR …"""
    phone: str = ''
    """The other party's number, E.164."""
    queue_id: str = ''
    user_id: str = ''
    started_at: datetime | None = None
    reached_at: datetime | None = None
    """When the customer was connected to Connect."""
    queued_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    cleared_at: datetime | None = None
    """When the agent's after-contact work ended."""
    hold_seconds: int = 0
    reason: str = ''
    recording: str = ''
    """The location of the recording; only from ``DescribeContact``."""
    has_new_attributes: bool = False
    """Whether attributes were set, by the flow or a program, after the contact had begun."""

    @property
    def is_voice(self) -> bool:
        """Whether the contact is a call."""
        return self.channel == 'VOICE'


class HandState(StrEnum):
    """A contact's state for the agent who has it (``AgentContactState``)."""

    INCOMING = 'INCOMING'
    PENDING = 'PENDING'
    CONNECTING = 'CONNECTING'
    CONNECTED = 'CONNECTED'
    CONNECTED_ONHOLD = 'CONNECTED_ONHOLD'
    PAUSED = 'PAUSED'
    MISSED = 'MISSED'
    REJECTED = 'REJECTED'
    ERROR = 'ERROR'
    ENDED = 'ENDED'


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldContact:
    """One contact of an agent."""

    contact_id: str
    root_id: str
    channel: str
    initiation: str
    queue_id: str
    state: HandState
    since: datetime
    queued_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFacts:
    """The state of one agent at one time."""

    user_id: str
    username: str
    at: datetime
    status: str
    status_type: str
    """ROUTABLE, CUSTOM or OFFLINE."""
    contacts: tuple[HeldContact, ...]


def contact_event(body: str) -> ContactFacts:
    """Parse a contact event (EventBridge's envelope, as SQS delivers it).

    Raises ``UnreadableEventError``.
    """
    envelope = _object(body)
    detail = envelope.get('detail')
    if not isinstance(detail, dict):
        raise UnreadableEventError('no detail')
    return _facts(_lowered(detail))


def described_contact(contact: Mapping[str, Any]) -> ContactFacts:
    """Parse the answer of ``DescribeContact``."""
    said = _lowered(contact)
    recordings = said.get('recordings') or [{}]
    said |= {
        'contactid': said.get('id'),
        'queueinfo': {
            'queuearn': (said.get('queueinfo') or {}).get('id'),
            'enqueuetimestamp': (said.get('queueinfo') or {}).get('enqueuetimestamp'),
        },
        'agentinfo': {
            **(said.get('agentinfo') or {}),
            'agentarn': (said.get('agentinfo') or {}).get('id'),
        },
    }
    return _facts(said, recording=str(recordings[0].get('location') or ''))


def agent_event(body: str | bytes) -> AgentFacts | None:
    """Parse an agent event (a record of the data stream); ``None`` for one without a current state.

    Raises:
        UnreadableEventError: the record is not an agent event.
    """
    said = _lowered(_object(body))
    snapshot = said.get('currentagentsnapshot')
    if not snapshot:
        return None
    status = snapshot.get('agentstatus') or {}
    try:
        return AgentFacts(
            user_id=bare(str(said['agentarn'])),
            username=str((snapshot.get('configuration') or {}).get('username', '')),
            at=_needed_time(said.get('eventtimestamp')),
            status=str(status.get('name', '')),
            status_type=str(status.get('type', '')),
            contacts=tuple(
                _held(one)
                for one in snapshot.get('contacts') or ()
                if one.get('state') in set(HandState)
            ),
        )
    except KeyError as error:
        raise UnreadableEventError('a field is missing') from error


def bare(name: str) -> str:
    """Return the id at the end of an ARN; a bare id stays. An agent's own queue is ``agent/<id>``."""
    if not name.startswith('arn:'):
        return name
    _, _, resource = name.partition(':instance/')
    return resource.split('/', 2)[-1]


def _facts(said: Mapping[str, Any], *, recording: str = '') -> ContactFacts:
    contact_id = str(said.get('contactid') or '')
    if not contact_id:
        raise UnreadableEventError('no contact id')
    queue, agent = said.get('queueinfo') or {}, said.get('agentinfo') or {}
    endpoint = said.get('customerendpoint') or {}
    return ContactFacts(
        contact_id=contact_id,
        root_id=str(said.get('initialcontactid') or contact_id),
        previous_id=str(said.get('previouscontactid') or ''),
        channel=str(said.get('channel') or '').upper(),
        initiation=str(said.get('initiationmethod') or '').upper(),
        phone=str(endpoint.get('address') or ''),
        queue_id=bare(str(queue.get('queuearn') or '')),
        user_id=bare(str(agent.get('agentarn') or '')),
        started_at=_time(said.get('initiationtimestamp')),
        reached_at=_time(said.get('connectedtosystemtimestamp')),
        queued_at=_time(queue.get('enqueuetimestamp')),
        answered_at=_time(agent.get('connectedtoagenttimestamp')),
        ended_at=_time(said.get('disconnecttimestamp')),
        cleared_at=_time(agent.get('aftercontactworkendtimestamp')),
        hold_seconds=int(agent.get('agentinitiatedholdduration') or 0),
        reason=str(said.get('disconnectreason') or ''),
        recording=recording,
        has_new_attributes='UserDefinedAttributes' in (said.get('updatedproperties') or ()),
    )


def _held(said: Mapping[str, Any]) -> HeldContact:
    contact_id = str(said['contactid'])
    return HeldContact(
        contact_id=contact_id,
        root_id=str(said.get('initialcontactid') or contact_id),
        channel=str(said.get('channel') or '').upper(),
        initiation=str(said.get('initiationmethod') or '').upper(),
        queue_id=bare(str((said.get('queue') or {}).get('arn') or '')),
        state=HandState(said['state']),
        since=_needed_time(said.get('statestarttimestamp')),
        queued_at=_time(said.get('queuetimestamp')),
        answered_at=_time(said.get('connectedtoagenttimestamp')),
    )


def _object(body: str | bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError as error:
        raise UnreadableEventError('no JSON') from error
    if not isinstance(said, dict):
        raise UnreadableEventError('no object')
    return said


def _lowered(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with all keys in lower case, at every depth."""

    def lowered(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {str(key).lower(): lowered(one) for key, one in value.items()}
        return [lowered(one) for one in value] if isinstance(value, list) else value

    return {str(key).lower(): lowered(value) for key, value in said.items()}


def _time(value: Any) -> datetime | None:
    if not value:
        return None
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise UnreadableEventError('no time') from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC) if at > NEVER else None


def _needed_time(value: Any) -> datetime:
    at = _time(value)
    if at is None:
        raise UnreadableEventError('a time is missing')
    return at
