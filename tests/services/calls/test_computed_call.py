"""What a call is, computed from what was told of it: no database, no Connect."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from models import (
    CallDirection,
    CallEnding,
    CallLeg,
    CallLegKind,
    CallMoment,
    CallMomentKind,
    StepKind,
)
from services.calls.computed_call import ComputedCall, computed_call

NOON = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
ROOT = 'contact-1'
AGENT, COLLEAGUE = uuid4(), uuid4()


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def leg(contact_id: str = ROOT, kind: CallLegKind = CallLegKind.INBOUND, **facts: Any) -> CallLeg:
    values = {'started_at': at(0), 'created_at': at(0)} | facts
    return CallLeg(call_id=UUID(int=1), contact_id=contact_id, kind=kind, **values)


def told(*legs: CallLeg, moments: tuple[CallMoment, ...] = (), **more: Any) -> ComputedCall:
    story = computed_call(ROOT, legs, moments, **more)
    assert story
    return story


def test_nothing_is_told_before_the_beginning_is_known() -> None:
    assert computed_call(ROOT, [leg(started_at=None)], []) is None
    assert computed_call(ROOT, [leg('contact-2', previous_contact_id=ROOT)], []) is None


INBOUND, API, OWN = CallLegKind.INBOUND, CallLegKind.API, CallLegKind.OUTBOUND


@pytest.mark.parametrize(
    ('kind', 'facts', 'reason', 'ending'),
    [
        (INBOUND, {}, 'CUSTOMER_DISCONNECT', CallEnding.ABANDONED),
        (INBOUND, {}, 'CONTACT_FLOW_DISCONNECT', CallEnding.MISSED),
        (INBOUND, {}, 'TELECOM_PROBLEM', CallEnding.FAILED),
        (INBOUND, {'answered_at': at(5)}, 'CUSTOMER_DISCONNECT', CallEnding.CUSTOMER),
        (INBOUND, {'answered_at': at(5)}, 'AGENT_DISCONNECT', CallEnding.AGENT),
        (INBOUND, {'answered_at': at(5)}, 'API', CallEnding.AGENT),
        (INBOUND, {'answered_at': at(5)}, 'TELECOM_PROBLEM', CallEnding.FAILED),
        (API, {}, 'TELECOM_PROBLEM', CallEnding.FAILED),
        (API, {}, 'TELECOM_UNANSWERED', CallEnding.MISSED),
        (API, {}, 'CUSTOMER_NEVER_ARRIVED', CallEnding.MISSED),
        (API, {'reached_at': at(3)}, 'CUSTOMER_DISCONNECT', CallEnding.ABANDONED),
        (OWN, {}, 'AGENT_DISCONNECT', CallEnding.MISSED),
    ],
)
def test_how_a_call_ended(
    kind: CallLegKind, facts: dict[str, Any], reason: str, ending: CallEnding
) -> None:
    story = told(leg(kind=kind, agent_id=AGENT, ended_at=at(60), reason=reason, **facts))

    assert (story.ending, story.end_time, story.reason) == (ending, at(60), reason)


def test_customer_follows_the_leg_that_outlives_the_first() -> None:
    first = leg(queued_at=at(0), answered_at=at(5), ended_at=at(40), agent_id=AGENT)
    asked = leg(
        'contact-2', CallLegKind.TRANSFER, previous_contact_id=ROOT, started_at=at(20),
        answered_at=at(30), agent_id=COLLEAGUE,
    )  # fmt: skip
    only_asked = leg(
        'contact-3', CallLegKind.TRANSFER, previous_contact_id=ROOT, started_at=at(10), ended_at=at(15)
    )  # fmt: skip
    listening = leg('contact-4', CallLegKind.MONITOR, previous_contact_id=ROOT, started_at=at(21))

    story = told(first, listening, only_asked, asked)

    assert (story.agent_id, story.answered_at, story.end_time) == (COLLEAGUE, at(5), None)
    assert story.leg_ids == (first.id, asked.id)
    assert [(one.kind, one.at) for one in story.steps] == [
        (StepKind.CREATED, at(0)),
        (StepKind.QUEUED, at(0)),
        (StepKind.TAKEN, at(5)),
        (StepKind.TRANSFERRED, at(40)),
        (StepKind.TAKEN, at(40)),
    ]


def test_call_whose_consult_goes_down_with_it_was_not_transferred() -> None:
    first = leg(answered_at=at(5), ended_at=at(40), agent_id=AGENT, reason='CUSTOMER_DISCONNECT')
    asked = leg(
        'contact-2', CallLegKind.TRANSFER, previous_contact_id=ROOT, started_at=at(20), ended_at=at(40)
    )  # fmt: skip

    story = told(first, asked)

    assert (story.ending, story.agent_id) == (CallEnding.CUSTOMER, AGENT)


def test_facts_in_any_order_are_one_story() -> None:
    one = leg(queued_at=at(0), answered_at=at(9), ended_at=at(60), agent_id=AGENT)

    def moment(kind: CallMomentKind, seconds: float, who: UUID = AGENT) -> CallMoment:
        return CallMoment(
            leg_id=one.id, connect_user=str(who), agent_id=who, kind=kind, at=at(seconds)
        )

    moments = (
        moment(CallMomentKind.RINGING, 1, COLLEAGUE),
        moment(CallMomentKind.MISSED, 5, COLLEAGUE),
        moment(CallMomentKind.RINGING, 6),
        moment(CallMomentKind.TALKING, 9),
        moment(CallMomentKind.ON_HOLD, 20),
        moment(CallMomentKind.TALKING, 30),
    )

    stories = {told(one, moments=some).steps for some in itertools.permutations(moments)}

    [steps] = stories
    assert [step.kind.value for step in steps] == [
        'created', 'queued', 'offered', 'missed', 'offered', 'taken', 'held', 'resumed', 'ended',
    ]  # fmt: skip
    taken = steps[5]
    assert (taken.agent_id, taken.rang_at) == (AGENT, at(6))


def test_who_dialled_has_the_call_until_somebody_answers() -> None:
    story = told(leg(kind=CallLegKind.API), dialled_by_id=AGENT)

    assert (story.direction, story.agent_id) == (CallDirection.OUTBOUND, AGENT)
