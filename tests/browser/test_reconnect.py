"""What must survive: a server that dies in mid-chat, a session that ends while somebody types."""

from playwright.async_api import BrowserContext, expect

from desk.db import Database
from models import Agent
from services.registry import Services
from tests.browser.conftest import Contexts
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.browser.talking import begin
from tests.support.make import Make


async def test_killed_server_loses_no_word_of_either_side(
    own_desk: LiveDesk, person: Contexts
) -> None:
    db = Database(own_desk.settings.database_url, pool_size=1)
    agent = await Make(db).agent(username='agent-k')
    await db.close()
    centre = Centre(own_desk.address)
    staff = await person()
    await centre.sign_in(staff, agent.username)
    desk, talk = await centre.desk(staff), await centre.talk(await person())
    await begin(desk, talk, agent)

    own_desk.kill()
    await expect(desk.page.get_by_role('status').filter(has_text='연결 끊김').first).to_be_visible()
    await desk.sends('서버가 없을 때 보낸 답')
    await desk.box.fill('아직 쓰고 있는 답')
    await talk.sends('서버가 없을 때 보낸 질문')
    await expect(desk.page.get_by_text('연결되면 전송됩니다')).to_be_visible()
    own_desk.start()

    for screen in (desk, talk):
        await expect(screen.bubbles).to_have_count(3, timeout=30_000)
        await expect(screen.log).to_contain_text('서버가 없을 때 보낸 답')
        await expect(screen.log).to_contain_text('서버가 없을 때 보낸 질문')
        await expect(screen.page.locator('.desk-pending-send')).to_have_count(0)
    await expect(desk.box).to_have_value('아직 쓰고 있는 답')
    await expect(desk.page.get_by_role('status').filter(has_text='동기화됨 · 4')).to_be_visible()


async def test_signing_out_closes_the_other_tabs(
    desk: DeskScreen, centre: Centre, context: BrowserContext
) -> None:
    other = await centre.desk(context)
    await desk.opens()
    await other.opens()

    await desk.button('김서연').click()
    await desk.button('로그아웃').click()

    await expect(desk.page.get_by_label('아이디')).to_be_visible()
    await expect(other.page.get_by_label('아이디')).to_be_visible()
    await other.sees('다시 로그인')


async def test_signing_out_everywhere_closes_the_pages_of_other_browsers(
    desk: DeskScreen, centre: Centre, person: Contexts, agent: Agent
) -> None:
    elsewhere = await person()
    await centre.sign_in(elsewhere, agent.username)
    other = await centre.desk(elsewhere)
    await desk.opens()
    await other.opens()

    await desk.button('김서연').click()
    await desk.button('모든 로그인 끊기').click()

    await expect(desk.page.get_by_label('아이디')).to_be_visible()
    await expect(other.page.get_by_label('아이디')).to_be_visible()
    await other.sees('다시 로그인')


async def test_text_is_back_after_a_session_that_ended(
    desk: DeskScreen, make: Make, agent: Agent, services: Services, centre: Centre
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    await desk.opens(chat.id)
    await desk.box.press_sequentially('쓰다 만 답')

    await services.accounts.sign_out_everywhere(None, agent.username)
    await expect(desk.page.get_by_label('비밀번호')).to_be_visible()
    await centre.sign_in(desk.page.context, agent.username)
    await desk.opens(chat.id)

    await expect(desk.box).to_have_value('쓰다 만 답')


async def test_customer_who_loses_the_line_is_told_and_comes_back(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent
) -> None:
    await begin(desk, talk, agent)

    await talk.page.context.set_offline(True)
    await talk.sends('지하철이라 느려요')
    await desk.sends('천천히 하세요')
    await desk.reads('안녕하세요', '천천히 하세요')
    await talk.page.context.set_offline(False)

    await desk.reads('안녕하세요', '천천히 하세요', '지하철이라 느려요')
    await talk.reads('안녕하세요', '천천히 하세요', '지하철이라 느려요')
