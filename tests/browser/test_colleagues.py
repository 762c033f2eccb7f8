"""Several agents at the same chats: one winner, nobody talks past another, everybody sees who else looks."""

from uuid import uuid4

from playwright.async_api import Locator, expect

from models import Agent
from tests.browser.conftest import Contexts
from tests.support.browser import one_loop
from tests.support.browser.people import Centre, DeskScreen
from tests.support.make import Make
from tests.support.until import until


@one_loop.fixture()
async def supervisor(centre: Centre, person: Contexts, make: Make) -> DeskScreen:
    """A supervisor's tab, signed in."""
    name = f'supervisor-{uuid4().hex[:8]}'
    await make.supervisor(username=name)
    context = await person()
    await centre.sign_in(context, name)
    return await centre.desk(context)


async def test_reply_after_a_colleagues_is_held_and_sent_all_the_same(
    desk: DeskScreen, supervisor: DeskScreen, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    await desk.opens(chat.id)
    await supervisor.opens(chat.id)

    await supervisor.box.press_sequentially('제가')
    await desk.sees('동료 박지훈 님이 쓰고 있습니다')  # before one types oneself
    await expect(supervisor.page.get_by_text('쓰고 있습니다')).to_have_count(0)
    await _answer_at_the_same_time(desk, supervisor)

    await desk.sees('그사이 동료가 답했습니다')
    await supervisor.reads('1번째 줄', '제가 도와드릴게요')
    await desk.button('그대로 보내기').click()
    await desk.reads('1번째 줄', '제가 도와드릴게요', '제가 답합니다')
    await supervisor.reads('1번째 줄', '제가 도와드릴게요', '제가 답합니다')


async def test_held_reply_can_be_changed(
    desk: DeskScreen, supervisor: DeskScreen, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    await desk.opens(chat.id)
    await supervisor.opens(chat.id)
    await _answer_at_the_same_time(desk, supervisor)

    await desk.button('고치기').click()

    await expect(desk.box).to_have_value('제가 답합니다')
    await expect(desk.box).to_be_focused()
    await desk.sends('덧붙이면 오늘 출발해요')
    await supervisor.reads('1번째 줄', '제가 도와드릴게요', '덧붙이면 오늘 출발해요')


async def test_one_of_two_who_take_wins_and_the_other_reads_why(
    desk: DeskScreen, centre: Centre, person: Contexts, make: Make, agent: Agent
) -> None:
    name = f'agent-{uuid4().hex[:8]}'
    await make.agent(username=name, department=agent.department, first_name='도윤', last_name='이')
    await make.chat(department=agent.department, lines=1, visitor_name='정하윤')
    context = await person()
    await centre.sign_in(context, name)
    rival = await centre.desk(context)
    screens = (desk, rival)
    for screen in screens:
        await screen.opens()
        await expect(screen.rows).to_contain_text(['정하윤'])

    for screen in screens:  # at once: neither waits for what the other's press does
        await screen.page.evaluate("setTimeout(() => document.querySelector('.desk-take').click())")

    taken = [one.button('상담 종료') for one in screens]
    told = [one.page.get_by_text('동료가 먼저 수락했습니다') for one in screens]
    await until(lambda: _one_each(taken, told), seconds=15)


async def test_who_else_looks_is_shown(
    desk: DeskScreen, supervisor: DeskScreen, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    await desk.opens(chat.id)
    await supervisor.opens(chat.id)

    await desk.sees('박지훈 님도 보고 있습니다')
    await supervisor.sees('김서연 님도 보고 있습니다')
    await supervisor.page.close()
    await expect(desk.page.get_by_text('님도 보고 있습니다')).to_be_hidden(timeout=30_000)


async def test_second_tab_of_an_agent_shows_draft_and_message(
    desk: DeskScreen, centre: Centre, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    other = await centre.desk(desk.page.context)
    await desk.opens(chat.id)
    await other.opens(chat.id)

    await desk.box.press_sequentially('쓰고 있는 답')
    await expect(other.box).to_have_value('쓰고 있는 답')
    await desk.box.press('Enter')

    await desk.reads('1번째 줄', '쓰고 있는 답')
    await other.reads('1번째 줄', '쓰고 있는 답')
    await expect(other.box).to_have_value('')


async def test_too_fast_is_explained_and_kept(desk: DeskScreen, make: Make, agent: Agent) -> None:
    chat = await make.chat(agent=agent, lines=1)
    await desk.opens(chat.id)

    for number in range(21):
        await desk.sends(f'빠른 답 {number}')

    refused = desk.page.locator('.desk-pending-send').filter(has_text='빠른 답 20')
    await expect(refused).to_contain_text('초 뒤에')
    await expect(refused.get_by_role('button', name='다시 보내기')).to_be_visible()
    await expect(desk.bubbles).to_have_count(21)


async def _answer_at_the_same_time(desk: DeskScreen, supervisor: DeskScreen) -> None:
    """The agent answers over a line that is away; the supervisor's answer gets there first."""
    await desk.page.context.set_offline(True)
    await desk.sends('제가 답합니다')
    await supervisor.sends('제가 도와드릴게요')
    await supervisor.reads('1번째 줄', '제가 도와드릴게요')
    await desk.page.context.set_offline(False)


async def _one_each(taken: list[Locator], told: list[Locator]) -> bool:
    """Whether one of them has the chat, and only the other was told that it is gone."""
    has = [await one.is_visible() for one in taken]
    heard = [await one.is_visible() for one in told]
    return sorted(has) == [False, True] and heard == [not one for one in has]
