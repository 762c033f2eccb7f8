"""Viewers: who else looks at a chat, as pages tell each other."""

from uuid import UUID

from desk import clock
from services.chats.events import chat_topic
from services.chats.viewers import SILENCE, Audience, Viewing
from services.registry import Services
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.until import until


async def test_looking_page_is_heard_at_every_desk(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat()
    listener = listen(another_desk, chat_topic(chat.id))

    await services.viewers.say(agent, chat.id, 'tab-1', asks=True)
    await services.viewers.say(agent, chat.id, 'tab-1', is_looking=False)

    await until(lambda: len(listener.events) == 2)
    came, went = listener.of(Viewing)
    assert (came.name, came.is_looking, came.asks) == (agent.name, True, True)
    assert (went.tab, went.is_looking) == ('tab-1', False)


async def test_audience_names_the_others_once_in_order(make: Make) -> None:
    me, seoyeon, jihun = await make.agent(), await make.agent(), await make.supervisor()
    audience = Audience()

    for agent, tab in ((seoyeon, '1'), (seoyeon, '2'), (jihun, '1'), (me, '1')):
        audience.hear(looks(agent.id, agent.name, tab))

    assert audience.others(me) == ['김서연', '박지훈']


async def test_who_closes_one_of_two_tabs_still_looks(make: Make) -> None:
    me, other = await make.agent(), await make.agent()
    audience = Audience()
    for tab in ('1', '2'):
        audience.hear(looks(other.id, other.name, tab))

    audience.hear(looks(other.id, other.name, '1', is_looking=False))
    assert audience.others(me) == [other.name]

    audience.hear(looks(other.id, other.name, '2', is_looking=False))
    assert audience.others(me) == []


async def test_page_that_died_is_forgotten_after_a_silence(make: Make) -> None:
    me, other = await make.agent(), await make.agent()
    audience = Audience()
    audience.hear(looks(other.id, other.name, '1'))

    with clock.moved(SILENCE / 2):
        assert audience.others(me) == [other.name]
    with clock.moved(SILENCE):
        assert audience.others(me) == []


def looks(agent_id: UUID, name: str, tab: str, *, is_looking: bool = True) -> Viewing:
    """What a page says of itself."""
    return Viewing(
        chat_id=UUID(int=1),
        agent_id=agent_id,
        name=name,
        tab=tab,
        is_looking=is_looking,
        asks=False,
    )
