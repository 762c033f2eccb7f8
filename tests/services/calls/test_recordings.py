"""녹음 멈춤: nothing is recorded while a card number is said, and the recording resumes whatever becomes of the agent."""

from datetime import timedelta

import pytest

from desk import clock
from desk.errors import ConflictError, NotAllowedError
from models import Agent, Call
from services.calls.recordings import PAUSE_SECONDS
from services.registry import Services
from tests.support.centre import Centre
from tests.support.make import Make
from tests.support.sandbox.box import NUMBER, ORDERS

pytestmark = pytest.mark.slow

A_PAUSE = timedelta(seconds=PAUSE_SECONDS + 1)


@pytest.fixture
async def call(centre: Centre) -> Call:
    """A call that agent1 talks in and that is recorded."""
    return await recorded(centre)


async def recorded(centre: Centre) -> Call:
    await centre.do(centre.box.advance, 1)
    wish = {'number': NUMBER, 'queue_id': ORDERS, 'recorded': True}
    made = await centre.do(centre.box.hand, 'POST', 'calls', **wish)
    await centre.act('accept', made['id'])
    return await centre.call(lambda call: call.is_answered)


async def recording(centre: Centre, call: Call) -> str:
    contact = await centre.do(centre.box.hand, 'GET', f'contacts/{call.contact_id}')
    return str(contact['recording'])


async def test_pause_ends_by_itself_when_nobody_is_there_any_more(
    centre: Centre, services: Services, agent: Agent, call: Call
) -> None:
    pause = await services.recordings.pause(agent, call.id)

    assert await recording(centre, call) == 'paused'
    assert pause.resume_at - pause.created_at == pytest.approx(
        timedelta(seconds=PAUSE_SECONDS), abs=timedelta(seconds=1)
    )
    assert await services.recordings.resume_due() == 0  # not yet
    with clock.moved(A_PAUSE):
        assert await services.recordings.resume_due() == 1
    assert await recording(centre, call) == 'on'
    assert await services.recordings.paused_until(agent, call.id) is None


async def test_pause_is_as_long_as_the_queue_says_and_longer_when_asked_again(
    centre: Centre, services: Services, agent: Agent, make: Make
) -> None:
    await make.queue(name='주문·배송', recording_pause_seconds=30)
    call = await recorded(centre)
    first = await services.recordings.pause(agent, call.id)

    with clock.moved(timedelta(seconds=20)):
        again = await services.recordings.pause(agent, call.id)
    with clock.moved(timedelta(seconds=40)):
        assert await services.recordings.resume_due() == 0

    assert again.id == first.id
    assert again.resume_at - first.resume_at >= timedelta(seconds=20)
    assert await recording(centre, call) == 'paused'


async def test_agent_resumes_before_the_time_is_over(
    centre: Centre, services: Services, agent: Agent, call: Call
) -> None:
    await services.recordings.pause(agent, call.id)
    await services.recordings.resume(agent, call.id)

    assert await recording(centre, call) == 'on'
    assert await services.recordings.paused_until(agent, call.id) is None
    with clock.moved(A_PAUSE):
        assert await services.recordings.resume_due() == 0


async def test_connect_that_is_away_is_asked_again(
    centre: Centre, services: Services, agent: Agent, call: Call
) -> None:
    await services.recordings.pause(agent, call.id)
    fault = {'operation': 'connect.ResumeContactRecording', 'error': 'InternalServiceException'}
    await centre.do(centre.box.hand, 'POST', 'faults/errors', **fault, times=3)

    with clock.moved(A_PAUSE):
        assert await services.recordings.resume_due() == 0
    assert await recording(centre, call) == 'paused'
    with clock.moved(A_PAUSE + timedelta(seconds=6)):
        assert await services.recordings.resume_due() == 1

    assert await recording(centre, call) == 'on'


async def test_call_that_ended_meanwhile_is_left_alone(
    centre: Centre, services: Services, agent: Agent, call: Call
) -> None:
    await services.recordings.pause(agent, call.id)
    await centre.hang_up(call.contact_id or '')

    with clock.moved(A_PAUSE):
        assert await services.recordings.resume_due() == 1
        assert await services.recordings.resume_due() == 0


async def test_colleague_cannot_pause_and_what_is_not_recorded_says_so(
    centre: Centre, services: Services, agent: Agent, make: Make
) -> None:
    colleague = await make.agent()
    contact_id = await centre.ring()
    await centre.act('accept', contact_id)
    call = await centre.call(lambda call: call.is_answered)

    with pytest.raises(NotAllowedError):
        await services.recordings.pause(colleague, call.id)
    with pytest.raises(ConflictError) as refused:
        await services.recordings.pause(agent, call.id)

    assert refused.value.key == 'call.not_recorded'
    assert await services.recordings.paused_until(agent, call.id) is None
