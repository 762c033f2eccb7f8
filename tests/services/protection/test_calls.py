"""보호 in a call: the warning is read aloud and kept with its time, the end hangs up, and the recording's place is found later."""

import pytest
from sqlmodel import col, select

from desk.db import Database
from models import Agent, CallLeg, ContactStep, StepKind
from services.calls.events import SoftphoneAct, SoftphoneAsked, softphone_topic
from services.registry import Services
from tests.services.calls.conftest import agent, box, centre, contact_queue, running, services
from tests.support.centre import Centre
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.sandbox.box import NUMBER, ORDERS
from tests.support.until import until

__all__ = ['agent', 'box', 'centre', 'contact_queue', 'running', 'services']

pytestmark = pytest.mark.slow


async def test_call_is_warned_ended_and_its_recording_kept(
    centre: Centre, services: Services, agent: Agent, make: Make, db: Database
) -> None:
    supervisor = await make.supervisor()
    await centre.do(centre.box.advance, 1)
    wish = {'number': NUMBER, 'queue_id': ORDERS, 'recorded': True}
    made = await centre.do(centre.box.hand, 'POST', 'calls', **wish)
    await centre.act('accept', made['id'])
    call = await centre.call(lambda one: one.is_answered)

    case = await services.protection.open(agent, call.id, language='en')
    warned = await services.protection.warn(agent, case.id)
    async with db.reading() as session:
        steps = select(ContactStep.kind).where(col(ContactStep.contact_id) == call.id)
        assert StepKind.WARNED in (await session.exec(steps)).all()
    heard = listen(services, softphone_topic(agent.id))
    await services.softphones.alive(agent.id)
    await services.protection.end(agent, case.id)  # an open softphone hangs up
    await until(lambda: heard.of(SoftphoneAsked))
    assert heard.of(SoftphoneAsked)[0].act is SoftphoneAct.HANG_UP
    await services.softphones.gone(agent.id)
    ended = await services.protection.end(agent, case.id)  # without one, Connect ends it
    over = await centre.call(lambda one: one.end_time is not None)

    assert (warned.language, warned.warnings, ended.ended_by_id) == ('en', 1, agent.id)
    await services.case_keeping.complete()
    async with db.transaction() as session:
        leg = (await session.exec(select(CallLeg).where(col(CallLeg.call_id) == over.id))).first()
        assert leg is not None
        leg.recording = 's3://recordings/one.wav'
        session.add(leg)
    for _ in range(2):  # once found, it is kept once
        await services.case_keeping.complete()
    record = await services.protection_records.record(supervisor, case.id)
    assert [(one.kind, one.words) for one in record.steps][-1] == (
        'recording', 's3://recordings/one.wav',
    )  # fmt: skip
    assert record.case.over_at is not None
