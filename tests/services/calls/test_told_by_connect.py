"""What the rows of calls say after Connect has told of them: by real boto3, from the queue and the stream."""

from datetime import timedelta
from uuid import uuid4

import pytest

from desk.db import Database
from desk.errors import ConflictError, InvalidInputError
from desk.settings import Settings
from models import (
    EVERYWHERE,
    Agent,
    AgentStatus,
    Call,
    CallDirection,
    CallEnding,
    CallLegKind,
    ContactStep,
    SettingKind,
    StepKind,
)
from services.calls import queries
from services.contacts.wrap_ups import WrapUpText
from services.registry import Services
from tests.conftest import assembled
from tests.support.centre import Centre, kinds
from tests.support.make import Make
from tests.support.sandbox.box import NUMBER, PAYMENTS
from tests.support.until import until

pytestmark = pytest.mark.slow

PHONE = '01012345678'


async def steps_of(db: Database, call: Call) -> list[ContactStep]:
    async with db.reading() as session:
        return list(await queries.steps_of(session, call.id))


async def steps_are(db: Database, call: Call, *expected: str) -> list[ContactStep]:
    """The steps, as soon as they are these, in order of time."""
    found: list[ContactStep] = []

    async def are_there() -> bool:
        found[:] = await steps_of(db, call)
        return kinds(found) == list(expected)

    try:
        await until(are_there)
    except AssertionError:
        assert kinds(found) == list(expected)
    return sorted(found, key=lambda step: (step.at, step.id or 0))


async def status_is(services: Services, agent: Agent, status: AgentStatus) -> None:
    async def holds() -> bool:
        return (await services.agents.agent(agent.id)).status is status

    await until(holds)


def is_over(call: Call) -> bool:
    return call.end_time is not None


async def asked(services: Services) -> int:
    """Let the desk ask about every contact: the centre's clock goes ahead of the desk's with each act."""
    assert services.connect_listener
    return await services.connect_listener.ask_once(after=timedelta(minutes=-5))


async def taken(centre: Centre, number: str = NUMBER) -> str:
    """A call that agent1 talks in."""
    contact_id = await centre.ring(number)
    await centre.act('accept', contact_id)
    await centre.call(lambda call: call.is_answered)
    return contact_id


async def test_call_that_the_desk_dials_is_one_row_from_click_to_end(
    centre: Centre, services: Services, agent: Agent, db: Database
) -> None:
    dialled = await services.calls.dial(agent, '010-1234-5678', call_id=uuid4())
    await centre.do(centre.box.advance, 4)  # the customer answers and waits; it rings at agent1
    assert dialled.contact_id
    await centre.act('accept', dialled.contact_id)
    talking = await centre.call(lambda call: call.is_answered)
    await status_is(services, agent, AgentStatus.BUSY)
    await centre.do(centre.box.advance, 29)
    await centre.hang_up(dialled.contact_id)
    over = await centre.call(is_over)

    assert over.id == dialled.id == talking.id
    assert (over.direction, over.phone) == (CallDirection.OUTBOUND, PHONE)
    assert (over.agent_id, over.department) == (agent.id, '주문·배송')
    assert (over.ending, over.reason) == (CallEnding.CUSTOMER, 'CUSTOMER_DISCONNECT')
    assert over.end_time is not None
    assert over.answered_at is not None
    assert over.end_time - over.answered_at == timedelta(seconds=30)
    await status_is(services, agent, AgentStatus.AFTER_CONTACT)
    await steps_are(db, over, 'created', 'queued', 'offered', 'taken', 'ended', 'wrap_up_begun')


async def test_dialled_call_gets_the_notice_of_the_recording_and_keeps_it(
    centre: Centre, services: Services, agent: Agent, make: Make
) -> None:
    admin, notice = await make.admin(), '상담 품질을 위해 통화가 녹음됩니다.'
    texts = {'recording_ko': notice}
    await services.desk_settings.edit(admin, SettingKind.TEXTS, EVERYWHERE, texts, version=0)

    dialled = await services.calls.dial(agent, PHONE, call_id=uuid4())

    assert dialled.recording_notice == notice
    assert (await services.calls.attributes(agent, dialled.id))['desk_recording_notice'] == notice
    await services.desk_settings.edit(
        admin, SettingKind.TEXTS, EVERYWHERE, {'recording_ko': ''}, version=1
    )
    assert (await services.calls.call(agent, dialled.id)).recording_notice == notice


async def test_one_click_is_one_call_however_often_it_is_sent(
    centre: Centre, services: Services, agent: Agent, make: Make
) -> None:
    click = uuid4()

    first = await services.calls.dial(agent, PHONE, call_id=click)
    again = await services.calls.dial(agent, PHONE, call_id=click)
    with pytest.raises(ConflictError) as other:
        await services.calls.dial(await make.agent(), PHONE, call_id=click)

    assert first.contact_id == again.contact_id
    assert len(await centre.do(centre.box.hand, 'GET', 'contacts')) == 1
    assert other.value.key == 'call.another'


async def test_call_that_must_not_be_made_is_on_record_as_failed(
    centre: Centre, services: Services, agent: Agent, db: Database
) -> None:
    await centre.do(centre.box.hand, 'PUT', 'dialling', forbidden=[NUMBER])

    with pytest.raises(InvalidInputError) as refused:
        await services.calls.dial(agent, PHONE, call_id=uuid4())

    assert refused.value.key == 'call.unwanted'
    call = await centre.call()
    assert (call.ending, call.agent_id, call.contact_id) == (CallEnding.FAILED, agent.id, None)
    await steps_are(db, call, 'created', 'ended')


async def test_customer_who_does_not_answer_is_a_failed_call(
    centre: Centre, services: Services, agent: Agent, db: Database
) -> None:
    await centre.do(centre.box.hand, 'PUT', 'dialling', silent=[NUMBER])
    await services.calls.dial(agent, PHONE, call_id=uuid4())

    await centre.do(centre.box.advance, 61)

    call = await centre.call(is_over)
    assert (call.ending, call.answered_at, call.agent_id) == (CallEnding.FAILED, None, agent.id)
    await steps_are(db, call, 'created', 'ended')


async def test_call_given_up_while_it_waits_is_abandoned(
    centre: Centre, db: Database, services: Services, agent: Agent
) -> None:
    await centre.do(centre.box.hand, 'POST', 'agents/agent1/status', status='점심')
    contact_id = await centre.ring()
    await centre.hang_up(contact_id)

    call = await centre.call(is_over)

    assert (call.ending, call.agent_id, call.answered_at) == (CallEnding.ABANDONED, None, None)
    assert (call.department, call.direction) == ('주문·배송', CallDirection.INBOUND)
    await steps_are(db, call, 'created', 'queued', 'abandoned')
    assert await services.wrap_ups.open_of(agent) == []


@pytest.mark.parametrize('how', ['rejected', 'missed', 'failed'])
async def test_call_that_was_not_taken_keeps_who_it_rang_at(
    centre: Centre, db: Database, agent: Agent, how: str
) -> None:
    contact_id = await centre.ring()
    if how == 'missed':
        await centre.do(centre.box.advance, 21)
    else:
        await centre.act('reject' if how == 'rejected' else 'fail', contact_id)
    await centre.hang_up(contact_id)

    call = await centre.call(is_over)

    assert call.ending is CallEnding.ABANDONED
    steps = await steps_are(db, call, 'created', 'queued', 'offered', 'missed', 'abandoned')
    offered, missed = steps[2:4]
    assert offered.agent_id == missed.agent_id == agent.id
    assert missed.rang_at == offered.at


async def test_holds_are_kept_and_a_wrap_up_follows(
    centre: Centre, services: Services, agent: Agent, db: Database
) -> None:
    contact_id = await taken(centre)
    await centre.do(centre.box.advance, 5)
    await centre.act('hold', contact_id)
    await centre.do(centre.box.advance, 11)
    await centre.act('resume', contact_id)
    await centre.do(centre.box.advance, 3)
    await centre.act('end', contact_id)

    call = await centre.call(is_over)
    steps = await steps_are(
        db, call, 'created', 'queued', 'offered', 'taken', 'held', 'resumed', 'ended', 'wrap_up_begun',
    )  # fmt: skip
    detail = await services.calls.detail(agent, call.id)
    assert call.ending is CallEnding.AGENT
    assert steps[5].at - steps[4].at == timedelta(seconds=12)
    assert [leg.hold_seconds for leg in detail.legs] == [12]

    [wrap_up] = await services.wrap_ups.open_of(agent)
    assert wrap_up.contact_id == call.id
    await services.wrap_ups.finish(agent, call.id, WrapUpText(summary='배송일 안내'))
    await status_is(services, agent, AgentStatus.AVAILABLE)
    assert (await services.wrap_ups.view(agent, call.id)).summary == '배송일 안내'


async def test_own_call_that_nobody_takes_is_missed(
    centre: Centre, agent: Agent, db: Database
) -> None:
    """The agent dials by the softphone and hangs up while it rings."""
    made = await centre.do(
        centre.box.hand, 'POST', 'agents/agent1/call', type='phone_number', phone_number=NUMBER
    )
    await centre.act('end', made['id'])

    # who dialled is told by another event than the end, and may come after it
    call = await centre.call(lambda call: is_over(call) and call.agent_id is not None)

    assert (call.ending, call.direction) == (CallEnding.MISSED, CallDirection.OUTBOUND)
    assert (call.agent_id, call.phone) == (agent.id, PHONE)
    await steps_are(db, call, 'created', 'ended')


async def test_consult_that_ends_is_a_leg_and_no_step(
    centre: Centre, agent: Agent, make: Make, db: Database
) -> None:
    colleague = await make.agent(username='agent2')
    colleague_id = await centre.do(centre.box.sign_in, 'agent2')
    contact_id = await taken(centre)
    asked = await centre.act('add', contact_id, type='agent', user_id=colleague_id)
    await centre.act('accept', asked['id'], 'agent2')
    await centre.do(centre.box.advance, 10)
    await centre.act('end', asked['id'], 'agent2')
    await centre.do(centre.box.advance, 10)
    await centre.act('end', contact_id)

    call = await centre.call(is_over)
    await steps_are(db, call, 'created', 'queued', 'offered', 'taken', 'ended', 'wrap_up_begun')

    detail = await centre.services.calls.detail(agent, call.id)
    assert (call.agent_id, call.ending) == (agent.id, CallEnding.AGENT)
    assert {leg.kind: leg.agent_id for leg in detail.legs} == {
        CallLegKind.INBOUND: agent.id,
        CallLegKind.TRANSFER: colleague.id,
    }
    assert detail.computed is not None
    assert len(detail.computed.leg_ids) == 1


async def test_call_goes_on_with_the_colleague_it_was_handed_to(
    centre: Centre, services: Services, agent: Agent, make: Make, db: Database
) -> None:
    colleague = await make.agent(username='agent2', department='결제·환불')
    colleague_id = await centre.do(centre.box.sign_in, 'agent2')
    contact_id = await taken(centre)
    asked = await centre.act('add', contact_id, type='agent', user_id=colleague_id)
    await centre.act('accept', asked['id'], 'agent2')
    await centre.do(centre.box.advance, 10)
    await centre.act('conference', contact_id)
    await centre.act('end', contact_id)

    moved = await centre.call(lambda call: call.agent_id == colleague.id)
    await status_is(services, colleague, AgentStatus.BUSY)
    await centre.do(centre.box.advance, 20)
    await centre.hang_up(asked['id'])
    over = await centre.call(is_over)

    assert moved.id == over.id
    assert over.ending is CallEnding.CUSTOMER
    steps = await steps_are(
        db, over, 'created', 'queued', 'offered', 'taken', 'transferred', 'taken', 'ended', 'wrap_up_begun',
    )  # fmt: skip
    transferred = steps[4]
    assert (transferred.by_id, transferred.agent_id) == (agent.id, colleague.id)
    [wrap_up] = await services.wrap_ups.open_of(colleague)
    assert wrap_up.contact_id == over.id
    assert await services.wrap_ups.open_of(agent) == []


async def test_call_handed_to_a_queue_waits_there_and_its_department_sees_it(
    centre: Centre, services: Services, agent: Agent, make: Make, db: Database
) -> None:
    await make.queue(name='결제·환불', department='결제팀')
    contact_id = await taken(centre)
    await centre.do(centre.box.hand, 'POST', 'agents/agent2/status', status='오프라인')
    moved = await centre.act('add', contact_id, type='queue', queue_id=PAYMENTS)
    await centre.do(centre.box.advance, 5)
    await centre.act('end', contact_id)
    waiting = await centre.call(lambda call: call.department == '결제팀')

    assert (waiting.agent_id, waiting.end_time) == (None, None)
    cashier = await make.agent(department='결제팀')
    assert [one.id for one in await services.calls.page(cashier)] == [waiting.id]
    assert await services.calls.page(agent) == []

    await centre.do(centre.box.advance, 10)
    await centre.hang_up(moved['id'])
    over = await centre.call(is_over)
    assert (over.ending, over.agent_id) == (CallEnding.CUSTOMER, agent.id)
    await steps_are(
        db, over, 'created', 'queued', 'offered', 'taken', 'transferred', 'queued', 'ended', 'wrap_up_begun',
    )  # fmt: skip


async def test_customer_left_with_somebody_outside_is_still_a_call(
    centre: Centre, agent: Agent
) -> None:
    contact_id = await taken(centre)
    carrier = await centre.act('add', contact_id, type='phone_number', phone_number='+8215881234')
    await centre.do(centre.box.advance, 4)
    await centre.act('conference', contact_id)
    await centre.act('end', contact_id)
    alone = await centre.call(lambda call: call.agent_id is None)
    assert alone.end_time is None

    await centre.do(centre.box.advance, 30)
    await centre.hang_up(carrier['id'])

    over = await centre.call(is_over)
    assert over.agent_id == agent.id


async def test_callback_is_a_call_that_the_centre_makes(
    centre: Centre, agent: Agent, db: Database
) -> None:
    asked = await centre.do(centre.box.hand, 'POST', 'callbacks', number=NUMBER, queue='주문·배송')
    await centre.act('accept', asked['id'])
    await centre.do(centre.box.advance, 4)
    await centre.call(lambda call: call.is_answered)
    await centre.hang_up(asked['id'])

    call = await centre.call(is_over)

    assert (call.direction, call.phone, call.agent_id) == (CallDirection.OUTBOUND, PHONE, agent.id)
    await steps_are(db, call, 'created', 'queued', 'offered', 'taken', 'ended', 'wrap_up_begun')


async def test_whoever_listens_is_a_leg_and_never_the_holder(
    centre: Centre, services: Services, agent: Agent
) -> None:
    await taken(centre)
    await centre.do(centre.box.sign_in, 'supervisor1')
    call = await centre.call()

    await services.calls.monitor(centre.boss, call.id)

    async def is_told() -> bool:
        legs = (await services.calls.detail(agent, call.id)).legs
        return {leg.kind for leg in legs} == {CallLegKind.INBOUND, CallLegKind.MONITOR}

    await until(is_told)
    assert (await centre.call()).agent_id == agent.id


async def test_caller_is_linked_when_exactly_one_customer_has_the_number(
    centre: Centre, services: Services, make: Make
) -> None:
    one = await make.customer(name='홍길동', phone=PHONE)
    await make.customer(name='둘', phone='01022223333')
    await make.customer(name='셋', phone='01022223333')

    await centre.hang_up(await centre.ring())
    known = await centre.call(is_over)
    await centre.hang_up(await centre.ring('+821022223333'))
    await until(lambda: two_over(centre))

    assert known.customer_id == one.id
    linked = {call.phone: call.customer_id for call in await centre.calls()}
    assert linked == {PHONE: one.id, '01022223333': None}
    page = await services.customer_timeline.page(centre.boss, one.id)
    assert [entry.id for entry in page.entries if entry.call] == [known.id]


async def two_over(centre: Centre) -> bool:
    return [is_over(one) for one in await centre.calls()] == [True, True]


async def test_call_whose_end_was_never_told_is_asked_about(
    centre: Centre, services: Services
) -> None:
    contact_id = await taken(centre)
    await centre.do(centre.box.hand, 'PATCH', 'faults', events={'lost': 1})
    await centre.act('end', contact_id)

    async def is_over_by_now() -> bool:
        await asked(services)  # unless an event of the call is being dealt with
        return is_over(await centre.call())

    await until(is_over_by_now)

    call = await centre.call()
    assert call.ending is CallEnding.AGENT
    [leg] = (await services.calls.detail(centre.boss, call.id)).legs
    assert leg.ended_at == call.end_time


async def test_place_of_the_recording_is_asked_for_after_the_call(
    centre: Centre, services: Services, agent: Agent
) -> None:
    contact_id = await taken(centre)
    await centre.do(
        centre.box.connect.start_contact_recording,
        ContactId=contact_id,
        InitialContactId=contact_id,
        VoiceRecordingConfiguration={'VoiceRecordingTrack': 'ALL'},
        **centre.box.instance,
    )
    call = await centre.call()
    await services.recordings.pause(agent, call.id)
    await services.recordings.resume(agent, call.id)
    await centre.hang_up(contact_id)
    await centre.call(is_over)

    async def is_known() -> bool:
        await asked(services)  # unless an event of the call is being dealt with
        [leg] = (await services.calls.detail(agent, call.id)).legs
        return leg.recording.endswith(f'{contact_id}.wav')

    await until(is_known)
    assert await asked(services) == 0


async def test_late_and_repeated_events_make_the_same_call(centre: Centre, db: Database) -> None:
    await centre.do(
        centre.box.hand, 'PATCH', 'faults', events={'late': 0.5, 'late_seconds': 1, 'repeated': 0.5}
    )
    await centre.do(centre.box.hand, 'POST', 'clock', held=False)
    contact_id = await centre.ring()
    await centre.act('accept', contact_id)
    await centre.act('hold', contact_id)
    await centre.act('resume', contact_id)
    await centre.act('end', contact_id)

    call = await centre.call(is_over)
    written: list[ContactStep] = []

    async def is_whole() -> bool:
        written[:] = await steps_of(db, call)
        last = {StepKind.OFFERED, StepKind.HELD, StepKind.RESUMED, StepKind.ENDED}
        return last <= {one.kind for one in written}

    await until(is_whole, seconds=15)
    assert [kind for kind in kinds(written) if kind != 'wrap_up_begun'] == [
        'created', 'queued', 'offered', 'taken', 'held', 'resumed', 'ended',
    ]  # fmt: skip


async def test_desk_without_connect_says_so(make: Make, agent: Agent, settings: Settings) -> None:
    async with assembled(settings) as services:
        with pytest.raises(ConflictError) as refused:
            await services.calls.dial(agent, PHONE, call_id=uuid4())

    assert refused.value.key == 'call.not_set_up'


async def test_wrap_up_of_who_works_here_no_more_is_the_queues(
    centre: Centre, services: Services, agent: Agent, make: Make
) -> None:
    colleague, admin = await make.agent(), await make.admin()
    contact_id = await taken(centre)
    handed = await services.departures.deactivate(admin, agent.id)
    await centre.hang_up(contact_id)
    call = await centre.call(is_over)

    async def is_listed() -> bool:
        return call.id in {one.contact_id for one in await services.left_wrap_ups.all(colleague)}

    await until(is_listed)
    wrap_up = await services.left_wrap_ups.take(colleague, call.id)

    assert handed.calls == 1
    assert call.agent_id == agent.id
    assert (wrap_up.agent_id, wrap_up.left_at, wrap_up.done_at) == (colleague.id, None, None)
