"""What takes long shows its shape, and what comes at once does not flicker (LOOK: none under 150 ms)."""

from playwright.async_api import Locator, Page, expect

from desk.settings import Settings
from models import Agent
from tests.support.browser.people import DeskScreen
from tests.support.databases import locked
from tests.support.make import Make
from tests.support.until import until

LOOKS = """
    () => {
      window.seen = [];
      const look = () => {
        for (const one of document.querySelectorAll('.desk-loading')) {
          const { opacity, animationDelay } = getComputedStyle(one, '::before');
          window.seen.push({ name: one.className, opacity, delay: animationDelay });
        }
        requestAnimationFrame(look);
      };
      look();
    }
"""


async def skeleton_stands_in(place: Locator) -> bool:
    """Say whether a skeleton can be seen in a place."""
    looks = "it => [getComputedStyle(it, '::before').opacity, it.getAttribute('aria-busy')]"
    return bool(await place.count()) and await place.evaluate(looks) == ['1', 'true']


async def frames_with_skeleton(page: Page) -> list[dict[str, str]]:
    """Return what every frame has shown of skeletons since ``LOOKS`` began."""
    seen: list[dict[str, str]] = await page.evaluate('() => window.seen')
    return seen


async def test_slow_conversation_shows_its_shape_until_it_comes(
    desk: DeskScreen, make: Make, agent: Agent, settings: Settings
) -> None:
    chat = await make.chat(agent=agent, lines=3)
    await desk.opens()
    await desk.tab('진행').click()
    conversation = desk.page.locator('.desk-conversation')

    async with locked(settings, 'messages'):
        await desk.rows.first.click()
        await until(lambda: skeleton_stands_in(conversation))

    await desk.reads('1번째 줄', '2번째 줄', '3번째 줄')
    await expect(desk.page.locator('.desk-conversation.desk-loading')).to_have_count(0)
    assert desk.chat_id == chat.id


async def test_slow_inbox_shows_its_rows_shapes_until_they_come(
    desk: DeskScreen, make: Make, agent: Agent, settings: Settings
) -> None:
    await make.chat(department=agent.department)
    await desk.opens()
    rows = desk.page.locator('.desk-list')

    async with locked(settings, 'chat_sessions'):
        await desk.tab('종료').click()
        await until(lambda: skeleton_stands_in(rows))

    await desk.sees('종료한 상담이 없습니다.')
    await expect(desk.page.locator('.desk-loading')).to_have_count(0)


async def test_what_comes_at_once_shows_no_skeleton(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    await make.chat(agent=agent, lines=3)
    await desk.opens()
    await desk.tab('진행').click()
    await expect(desk.rows).to_have_count(1)

    await desk.page.evaluate(LOOKS)
    await desk.rows.first.click()
    await desk.reads('1번째 줄', '2번째 줄', '3번째 줄')

    frames = await frames_with_skeleton(desk.page)
    assert {frame['delay'] for frame in frames} <= {'0.15s'}
