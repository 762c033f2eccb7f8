"""What Connect counts: asked by one process, known to all."""

import pytest

from services.calls.floor_now import CONNECT_FLOOR, QueuesCounted
from services.registry import Services
from tests.support.centre import Centre
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.until import until

pytestmark = pytest.mark.slow


async def test_one_process_asks_for_all(
    centre: Centre, services: Services, another_desk: Services, make: Make
) -> None:
    queue = await make.queue()
    heard = listen(another_desk, CONNECT_FLOOR)
    await centre.do(centre.box.hand, 'POST', 'agents/agent1/status', status='점심')
    await centre.ring()
    await centre.do(centre.box.advance, 12)

    told = await services.connect_floor.ask_once()

    assert told is not None
    [waiting] = [one for one in told.queues if one.queue_id == queue.id]
    assert (waiting.waiting, waiting.oldest_seconds, waiting.agents_available) == (1, 12, 0)
    await until(lambda: heard.of(QueuesCounted) == [told])
    assert await another_desk.connect_floor.now() == told
    assert await another_desk.connect_floor.ask_once() is None  # it is not its turn
