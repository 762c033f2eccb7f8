"""What a caller heard before an agent is kept on the call: told by the contact flow's attributes, or by the queue's setting."""

import pytest

from models import Agent, Call, ProtectionKind
from services.calls.calls import ANNOUNCEMENT, NOTICE
from services.calls.notices import SAID
from services.registry import Services
from tests.support.centre import Centre
from tests.support.make import Make
from tests.support.sandbox.box import NUMBER, ORDERS

pytestmark = pytest.mark.slow

WORDS = '이 통화는 녹음됩니다'


async def answered(centre: Centre, **attributes: str) -> Call:
    """A call whose flow has set these attributes, answered by agent1."""
    await centre.do(centre.box.advance, 1)
    wish = {'number': NUMBER, 'queue_id': ORDERS, 'attributes': attributes}
    made = await centre.do(centre.box.hand, 'POST', 'calls', **wish)
    await centre.act('accept', made['id'])
    return await centre.call(lambda call: call.is_answered)


async def test_flow_tells_what_it_said_and_the_case_keeps_it(
    centre: Centre, services: Services, agent: Agent, make: Make
) -> None:
    call = await answered(centre, **{ANNOUNCEMENT: 'yes', NOTICE: WORDS})
    case = await services.protection.open(agent, call.id, ProtectionKind.ABUSE)

    assert [await services.call_notices.ask_due() for _ in range(2)] == [1, 0]
    await services.case_keeping.complete()

    known = await services.calls.call(agent, call.id)
    current = await services.announcements.current('ko')
    assert (known.announcement_id, known.recording_notice) == (current.version, WORDS)
    heard = await services.announcements.heard(call.id)
    assert (heard.body, heard.recording) == (current.body, WORDS)
    record = await services.protection_records.record(await make.supervisor(), case.id)
    assert record.announcement is not None
    assert (record.announcement.body, record.case.recording_notice) == (current.body, WORDS)
    assert record.case.announced_at == known.start_time


async def test_flow_that_tells_nothing_leaves_the_call_unannounced(
    centre: Centre, services: Services, agent: Agent
) -> None:
    call = await answered(centre)

    assert await services.call_notices.ask_due() == 1

    known = await services.calls.call(agent, call.id)
    assert (known.announcement_id, known.recording_notice) == (None, '')


async def test_what_the_flow_says_later_is_heard_of_and_stays(
    centre: Centre, services: Services, agent: Agent
) -> None:
    call = await answered(centre)
    assert [await services.call_notices.ask_due() for _ in range(2)] == [1, 0]

    place = f'contacts/{call.contact_id}/attributes'
    await centre.do(centre.box.hand, 'POST', place, attributes={NOTICE: WORDS})
    await centre.call(lambda call: call.notices_asked_at is None)
    assert [await services.call_notices.ask_due() for _ in range(2)] == [1, 0]
    known = await services.calls.call(agent, call.id)
    assert (known.announcement_id, known.recording_notice) == (None, WORDS)

    parameters = {'InitialContactId': call.contact_id, 'Attributes': {ANNOUNCEMENT: 'yes', NOTICE: ''}}  # fmt: skip
    await centre.do(
        centre.box.call, 'connect.UpdateContactAttributes', **centre.box.instance, **parameters
    )
    await centre.call(lambda call: call.notices_asked_at is None)
    assert await services.call_notices.ask_due() == 1
    known = await services.calls.call(agent, call.id)
    current = await services.announcements.current('ko')
    assert (known.announcement_id, known.recording_notice) == (current.version, WORDS)


async def test_call_that_is_over_is_asked_about_once_more(
    centre: Centre, services: Services
) -> None:
    call = await answered(centre)
    assert await services.call_notices.ask_due() == 1

    await centre.act('end', str(call.contact_id))
    await centre.call(lambda call: call.end_time is not None)

    assert [await services.call_notices.ask_due() for _ in range(2)] == [1, 0]


async def test_queue_may_say_that_its_callers_are_told(
    centre: Centre, services: Services, agent: Agent, make: Make
) -> None:
    await make.queue(name='주문·배송', is_announced_by_phone=True)
    call = await answered(centre)

    assert await services.call_notices.ask_due() == 1

    known = await services.calls.call(agent, call.id)
    assert known.announcement_id == (await services.announcements.current('ko')).version
    assert known.recording_notice == SAID
