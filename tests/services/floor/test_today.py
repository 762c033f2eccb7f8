"""The day by quarter hour beside the same weekday of the weeks before."""

from datetime import timedelta

import pytest

from desk import clock
from desk.errors import NotAllowedError
from models import AgentStatus, QueueMode, Sentiment
from services.chats.visits import ChatStart
from services.floor.today import Measure
from services.registry import Services
from tests.support.make import DEPARTMENT, Make

QUARTER_SECONDS = 900
LATE = 600
"""The second of its quarter hour at which a contact ends, so that all of it lies in one."""


async def come(services: Services, phone: str) -> object:
    form = ChatStart(name='정하윤', phone=phone, department=DEPARTMENT)
    return (await services.visits.start(form)).chat.id


async def test_today_stands_beside_the_same_weekdays_average(
    services: Services, make: Make
) -> None:
    await make.queue(mode=QueueMode.PULL)
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    agent = await make.agent(chat_capacity=9)
    for week, arrivals in ((1, 2), (2, 4)):
        with clock.moved(-timedelta(weeks=week)):
            for one in range(arrivals):
                await come(services, f'0101234{week}{one:03}')
    with clock.moved(-timedelta(days=3)):  # another weekday
        await come(services, '01055556666')
    chat_id = await come(services, '01098765432')
    gone = await come(services, '01098765433')
    await services.chats.take(agent, chat_id)  # type: ignore[arg-type]
    await services.visits.leave(gone)  # type: ignore[arg-type]

    curves = await services.today.curves(boss)

    assert sum(one or 0 for one in curves.today[Measure.ARRIVED]) == 2
    assert sum(one or 0 for one in curves.usual[Measure.ARRIVED]) == 3
    assert curves.weeks == 2
    assert sum(one or 0 for one in curves.today[Measure.ABANDONED]) == 1
    [wait] = [one for one in curves.today[Measure.WAIT] if one is not None]
    assert 0 <= wait < 10
    assert curves.usual[Measure.WAIT] == (None,) * 96
    assert set(curves.today[Measure.ARRIVED][curves.now + 1 :]) <= {None}
    with pytest.raises(NotAllowedError):
        await services.today.curves(agent)


async def test_answers_handling_wrap_up_and_mood_stand_where_they_ended(
    services: Services, make: Make
) -> None:
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    agent = await make.agent()
    into = clock.now().timestamp() % QUARTER_SECONDS
    ended = timedelta(seconds=into - LATE if into >= LATE else into + QUARTER_SECONDS - LATE)
    with clock.moved(-ended - timedelta(seconds=200)):
        chat_id = await come(services, '01098765432')
        await services.chats.take(agent, chat_id)
    chat = await services.chats.chat(agent, chat_id)
    with clock.moved(-ended - timedelta(seconds=140)):
        await services.chats.reply(agent, make.outgoing(chat, '안녕하세요'))
    with clock.moved(-ended - timedelta(seconds=100)):
        await services.chats.end(agent, chat_id)
    with clock.moved(-ended - timedelta(seconds=70)):
        await services.wrap_ups.finish(agent, chat_id)
    await make.judged(chat, Sentiment.NEGATIVE)

    curves = await services.today.curves(boss)

    def only(measure: Measure) -> float:
        [value] = [one for one in curves.today[measure] if one is not None]
        return value

    assert only(Measure.FIRST_RESPONSE) == pytest.approx(60, abs=5)
    assert only(Measure.HANDLING) == pytest.approx(130, abs=5)
    assert only(Measure.WRAP_UP) == pytest.approx(30, abs=5)
    assert only(Measure.NEGATIVE) == 100
