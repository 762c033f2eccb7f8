"""A server that dies while a chat rings, and while its 후처리 is written: the chat still finds its agent, no word is lost."""

from uuid import UUID

from playwright.async_api import Locator, expect
from sqlmodel import col, select

from desk.db import Database
from models import Agent, QueueMode, WrapUp
from tests.browser.conftest import Contexts, one_loop
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.make import Make

QUEUE = '교환'


@one_loop.fixture()
async def agent(own_desk: LiveDesk) -> Agent:
    """An agent of a queue that offers its chats."""
    db = Database(own_desk.settings.database_url, pool_size=1)
    make = Make(db)
    await make.queue(name=QUEUE, department=QUEUE, mode=QueueMode.PUSH, offer_seconds=60)
    agent = await make.agent(username='agent-f', department=QUEUE)
    await db.close()
    return agent


@one_loop.fixture()
async def desk(own_desk: LiveDesk, person: Contexts, agent: Agent) -> DeskScreen:
    """The agent's page."""
    centre, staff = Centre(own_desk.address), await person()
    await centre.sign_in(staff, agent.username)
    desk = await centre.desk(staff)
    await desk.opens()
    return desk


@one_loop.fixture()
async def talk(own_desk: LiveDesk, person: Contexts) -> CustomerScreen:
    """A customer's page."""
    return await Centre(own_desk.address).talk(await person())


def away(desk: DeskScreen) -> Locator:
    return desk.page.get_by_role('status').filter(has_text='연결 끊김').first


async def summary_of(settings_url: str, agent_id: UUID) -> str:
    """What an agent wrote down and finished."""
    written = select(WrapUp.summary).where(
        WrapUp.agent_id == agent_id, col(WrapUp.done_at).is_not(None)
    )
    db = Database(settings_url, pool_size=1)
    async with db.reading() as session:
        summary = (await session.exec(written)).one()
    await db.close()
    return summary


async def test_chat_that_rang_at_a_dying_server_rings_on(
    own_desk: LiveDesk, desk: DeskScreen, talk: CustomerScreen
) -> None:
    offer = desk.page.get_by_role('alertdialog', name='새 상담')
    await talk.begins(QUEUE, name='정하윤')
    await expect(offer).to_contain_text('정하윤')

    own_desk.kill()
    await expect(away(desk)).to_be_visible()
    own_desk.start()

    await expect(away(desk)).to_have_count(0, timeout=30_000)
    await expect(offer).to_contain_text('정하윤')
    await desk.page.keyboard.press('a')
    await expect(desk.box).to_be_focused()
    await desk.sends('안녕하세요')
    await talk.reads('안녕하세요')


async def test_wrap_up_that_a_dying_server_did_not_hear_is_kept(
    own_desk: LiveDesk, desk: DeskScreen, talk: CustomerScreen, agent: Agent
) -> None:
    await talk.begins(QUEUE, name='정하윤')
    await expect(desk.page.get_by_role('alertdialog', name='새 상담')).to_be_visible()
    await desk.page.keyboard.press('a')
    await expect(desk.box).to_be_focused()
    await desk.page.keyboard.press('Escape')
    await desk.page.keyboard.press('e')
    await expect(desk.page.get_by_role('dialog')).to_be_visible()
    await desk.page.keyboard.press('Enter')
    wrap_up = desk.page.get_by_role('region', name='후처리', exact=True)
    summary = wrap_up.get_by_label('요약')
    await summary.fill('교환 접수')
    await expect(wrap_up.get_by_role('status')).to_have_text('저장됨')

    own_desk.kill()
    await expect(away(desk)).to_be_visible()
    await summary.press_sequentially(', 내일 방문')
    own_desk.start()

    await expect(away(desk)).to_have_count(0, timeout=30_000)
    await expect(summary).to_have_value('교환 접수, 내일 방문')
    await summary.press('Control+Enter')
    await expect(wrap_up).to_have_count(0)
    assert await summary_of(own_desk.settings.database_url, agent.id) == '교환 접수, 내일 방문'
