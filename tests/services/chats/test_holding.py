"""보류 with a reminder: its agent is reminded once, in whatever process, unless the chat has gone on."""

from datetime import timedelta

from desk import clock
from models import ChatStatus
from services.chats.events import HoldDue, hold_topic
from services.registry import Services
from tests.support.make import Make
from tests.support.until import until


async def test_agent_is_reminded_once_of_a_chat_on_hold(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    heard: list[object] = []
    services.topics.subscribe(hold_topic(agent.id), heard.append)

    held = await services.chats.hold(agent, chat.id, remind_minutes=10)
    assert held.remind_at is not None
    assert timedelta(minutes=9) < held.remind_at - clock.now() <= timedelta(minutes=10)
    assert await another_desk.chats.remind_held() == 0
    past = clock.now() - timedelta(seconds=1)
    await make.changed(await make.chat(agent=agent, status=ChatStatus.ON_HOLD, remind_at=past))
    assert await another_desk.chats.remind_held() == 1
    assert await services.chats.remind_held() == 0

    await until(lambda: [type(one) for one in heard] == [HoldDue])


async def test_resumed_chat_reminds_of_nothing(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    await services.chats.hold(agent, chat.id, remind_minutes=10)

    resumed = await services.chats.resume(agent, chat.id)

    assert (resumed.status, resumed.remind_at) == (ChatStatus.ACTIVE, None)
    again = await services.chats.hold(agent, chat.id)
    assert again.remind_at is None
