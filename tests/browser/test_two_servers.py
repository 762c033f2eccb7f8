"""Two servers behind one conversation: live across, and nothing lost when one of them dies."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from models import Agent
from tests.browser.conftest import Contexts
from tests.support.browser import live, one_loop
from tests.support.browser.balancer import Balancer
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.browser.talking import begin


@pytest.fixture
def another_server(standing_desk: LiveDesk, tmp_path: Path) -> Iterator[LiveDesk]:
    """A second server on the same data, to be killed."""
    with live.served(standing_desk.settings, tmp_path / 'errors.log') as server:
        yield server


@one_loop.fixture()
async def customers_door(
    another_server: LiveDesk, standing_desk: LiveDesk
) -> AsyncIterator[Centre]:
    """Where customers come in: at the other server, at the agents' own when that one is dead."""
    async with Balancer([another_server, standing_desk]).listening() as door:
        yield Centre(door.address)


@one_loop.fixture()
async def talk(customers_door: Centre, person: Contexts) -> CustomerScreen:
    """A customer's tab, led to the other server than the agent's."""
    return await customers_door.talk(await person())


async def test_words_typing_and_marks_cross_from_server_to_server(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent, another_server: LiveDesk
) -> None:
    await begin(desk, talk, agent)

    await desk.sends('네, 확인해 드릴게요')
    await talk.reads('안녕하세요', '네, 확인해 드릴게요')
    await expect(desk.log).to_contain_text('읽음')
    await talk.box.press_sequentially('저기')
    await desk.sees('최유진 님이 입력하고 있습니다')
    await desk.box.press_sequentially('네')
    await expect(talk.page.locator('.talk-typing')).to_contain_text(f'{agent.name} 상담원이')
    await talk.box.press('Enter')
    await desk.reads('안녕하세요', '네, 확인해 드릴게요', '저기')
    await expect(talk.log).to_contain_text('읽음')

    assert another_server.complaints() == ''


async def test_customer_of_a_killed_server_goes_on_at_the_other(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent, another_server: LiveDesk
) -> None:
    await begin(desk, talk, agent)
    await talk.box.fill('서버가 죽을 때 쓰던 말')

    another_server.kill()
    await desk.sends('그사이에 온 답')
    await talk.reads('안녕하세요', '그사이에 온 답')
    await expect(talk.box).to_have_value('서버가 죽을 때 쓰던 말')
    await talk.box.press('Enter')

    for screen in (desk, talk):
        await screen.reads('안녕하세요', '그사이에 온 답', '서버가 죽을 때 쓰던 말')
        await expect(screen.page.locator('.desk-pending-send')).to_have_count(0)
    await desk.sends('잘 들어왔습니다')
    await talk.reads('안녕하세요', '그사이에 온 답', '서버가 죽을 때 쓰던 말', '잘 들어왔습니다')


async def test_word_sent_into_a_dying_server_arrives_once(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent, another_server: LiveDesk
) -> None:
    await begin(desk, talk, agent)

    await talk.box.fill('죽어 가는 서버에 보낸 말')
    another_server.kill()
    await talk.box.press('Enter')

    for screen in (desk, talk):
        await screen.reads('안녕하세요', '죽어 가는 서버에 보낸 말')
        await expect(screen.page.locator('.desk-pending-send')).to_have_count(0)
