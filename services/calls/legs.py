"""Translates Connect's terms for contacts, and adds reported facts to a leg."""

from datetime import datetime
from uuid import UUID

from models import CallLeg, CallLegKind, CallMomentKind
from services.aws.facts import ContactFacts, HandState
from services.text.phone_numbers import parse_phone

KINDS = {
    'INBOUND': CallLegKind.INBOUND,
    'OUTBOUND': CallLegKind.OUTBOUND,
    'API': CallLegKind.API,
    'CALLBACK': CallLegKind.CALLBACK,
    'TRANSFER': CallLegKind.TRANSFER,
    'QUEUE_TRANSFER': CallLegKind.QUEUE_TRANSFER,
    'EXTERNAL_OUTBOUND': CallLegKind.EXTERNAL,
    'MONITOR': CallLegKind.MONITOR,
}
MOMENTS = {
    HandState.INCOMING: CallMomentKind.RINGING,
    HandState.PENDING: CallMomentKind.RINGING,
    HandState.CONNECTING: CallMomentKind.RINGING,
    HandState.CONNECTED: CallMomentKind.TALKING,
    HandState.CONNECTED_ONHOLD: CallMomentKind.ON_HOLD,
    HandState.MISSED: CallMomentKind.MISSED,
    HandState.REJECTED: CallMomentKind.REFUSED,
    HandState.ERROR: CallMomentKind.FAILED,
    HandState.ENDED: CallMomentKind.OVER,
}
_SET_ONCE = ('started_at', 'reached_at', 'ended_at', 'cleared_at', 'reason', 'recording')
MAX_REASON_CHARS = 60
MAX_PHONE_CHARS = 20


def fill(
    leg: CallLeg, facts: ContactFacts, *, agent_id: UUID | None, queue_id: UUID | None, phone: str
) -> None:
    """Add reported facts to a leg.

    For values that can change, the latest one in Connect's time counts.
    """
    if leg.ended_at is None:  # those of an ended leg may have been erased
        leg.phone = leg.phone or phone
    for name in _SET_ONCE:
        value = getattr(facts, name)
        if value and not getattr(leg, name):
            value = value[:MAX_REASON_CHARS] if name == 'reason' else value
            setattr(leg, name, value)
    leg.previous_contact_id = leg.previous_contact_id or facts.previous_id
    leg.hold_seconds = max(leg.hold_seconds, facts.hold_seconds)
    if queue_id is not None and _is_newer(facts.queued_at, leg.queued_at):
        leg.queue_id = queue_id
    if _is_newer(facts.queued_at, leg.queued_at):
        leg.queued_at = facts.queued_at or leg.queued_at
    if agent_id is not None and _is_newer(facts.answered_at, leg.answered_at):
        leg.agent_id = agent_id
    if _is_newer(facts.answered_at, leg.answered_at):
        leg.answered_at = facts.answered_at or leg.answered_at


def _is_newer(told: datetime | None, known: datetime | None) -> bool:
    return known is None or (told is not None and told >= known)


def kept_number(number: str) -> str:
    """Return a number of Connect's in stored form; for one that is no phone number, its digits."""
    if not number:
        return ''
    return parse_phone(number) or ''.join(filter(str.isdigit, number))[:MAX_PHONE_CHARS]
