"""What Connect says of every call, beside the desk's rows."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from desk.db import Database
from models import Agent, Call, CallLeg, CallLegKind, StepKind
from services.calls import queries
from tests.support.sandbox.box import Box

OVER = {StepKind.ENDED, StepKind.ABANDONED}


async def agrees(box: Box, db: Database, people: dict[str, Agent], where: str) -> None:
    """Compare every contact of Connect's with the desk's rows."""
    contacts = await asyncio.to_thread(described, box, [*people])
    names = {user['Id']: user['Username'] for user in await asyncio.to_thread(users, box)}
    held = {
        name: {
            contact_id
            for contact_id, state in (await asyncio.to_thread(box.stage_with, name)).items()
            if state in {'CONNECTED', 'CONNECTED_ONHOLD'}
        }
        for name in people
    }
    async with db.reading() as session:
        calls: list[Call] = [
            call
            for contact in contacts
            if not contact.get('InitialContactId')
            and (call := await queries.call_by_contact(session, contact['Id'])) is not None
        ]
        legs = {
            leg.contact_id: leg for call in calls for leg in await queries.legs_of(session, call.id)
        }
        steps = {call.id: await queries.steps_of(session, call.id) for call in calls}

    assert set(legs) == {contact['Id'] for contact in contacts}, where
    for contact in contacts:
        assert_leg(legs[contact['Id']], contact, names, people, where)
    for call in calls:
        own = [leg for leg in legs.values() if leg.call_id == call.id]
        live = [leg for leg in own if leg.ended_at is None and leg.kind is not CallLegKind.MONITOR]
        assert (call.end_time is None) == bool(live), where
        holders = {
            people[name].id for name, ids in held.items() if ids & {leg.contact_id for leg in own}
        }
        if call.is_answered and call.end_time is None and call.agent_id:
            assert call.agent_id in holders, where
        told = steps[call.id]
        ends = [step for step in told if step.kind in OVER]
        reopened = [step for step in told if step.kind is StepKind.REOPENED]
        assert len(ends) - len(reopened) == (call.end_time is not None), where
        assert [one.kind for one in told].count(StepKind.CREATED) == 1, where
        if call.end_time is not None:
            assert call.end_time in {step.at for step in ends}, where


def assert_leg(
    leg: CallLeg, contact: Any, names: dict[str, str], people: dict[str, Agent], where: str
) -> None:
    agent = contact.get('AgentInfo') or {}
    assert is_same(leg.started_at, contact['InitiationTimestamp']), where
    assert is_same(leg.ended_at, contact.get('DisconnectTimestamp')), where
    assert is_same(leg.answered_at, agent.get('ConnectedToAgentTimestamp')), where
    assert leg.reason == contact.get('DisconnectReason', ''), where
    if leg.ended_at:
        assert leg.hold_seconds == agent.get('AgentInitiatedHoldDuration', 0), where
    if leg.answered_at:
        assert leg.agent_id == people[names[agent['Id']]].id, where


def is_same(ours: datetime | None, theirs: datetime | None) -> bool:
    """Events tell milliseconds, descriptions more."""
    if ours is None or theirs is None:
        return ours is theirs
    return abs(ours - theirs) <= timedelta(milliseconds=2)


def described(box: Box, names: list[str]) -> list[Any]:
    """Every call that Connect has told of, as it describes it."""
    told = {
        event['detail']['contactId']
        for event in box.hand('GET', 'events')
        if 'detail' in event and event['detail']['channel'] == 'VOICE'
    }
    held = {contact_id for name in names for contact_id in box.stage_with(name)}
    return [
        box.connect.describe_contact(ContactId=one, **box.instance)['Contact']
        for one in sorted(told | held)
    ]


def users(box: Box) -> list[Any]:
    found: list[Any] = box.connect.list_users(**box.instance)['UserSummaryList']
    return found
