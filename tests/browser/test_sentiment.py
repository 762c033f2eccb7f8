"""How customers sound, on agents' and supervisors' screens, told by the sandbox's Comprehend."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.async_api import expect

from desk.sandbox import BackingUrls
from desk.settings import Settings
from models import Agent
from tests.browser.conftest import Contexts
from tests.support.browser import live, one_loop
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.browser.talking import begin
from tests.support.make import Make
from tests.support.sandbox.box import Box
from tests.support.sandbox.standing import box, running

__all__ = ['box', 'running']

pytestmark = pytest.mark.timeout(240)  # the first of them starts the sandbox, a desk and a browser

ANY_STAND_IN = re.compile(r'^부정 \d+% · 연습용 분석$')


@pytest.fixture(scope='session')
def judging_desk(
    backing: BackingUrls,
    template: str,
    running: Box,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[LiveDesk]:
    """Serve a desk whose Comprehend is the sandbox."""
    home = tmp_path_factory.mktemp('judging')
    with live.database(backing, template, home) as settings:
        judged = settings.model_copy(update={'aws_endpoint_url_comprehend': running.url})
        with live.served(judged, home / 'errors.log') as desk:
            yield desk


@pytest.fixture
def settings(judging_desk: LiveDesk) -> Settings:
    """``make`` and ``services`` work on the data of this desk."""
    return judging_desk.settings


@pytest.fixture
def centre(judging_desk: LiveDesk) -> Iterator[Centre]:
    """Open it to people."""
    judging_desk.complaints()
    yield Centre(judging_desk.address)
    assert not (said := judging_desk.complaints()), said


async def test_customers_line_gets_a_mark_in_words(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent, box: Box
) -> None:
    del box  # a fresh one
    await begin(desk, talk, agent)

    await talk.sends('너무 늦어서 화가 나요')
    line = desk.log.locator('.desk-message', has_text='화가 나요')
    await expect(line.locator('.desk-tone')).to_have_text('sentiment_very_dissatisfied부정')
    await expect(line.locator('.desk-tone')).to_have_attribute('title', ANY_STAND_IN)
    mood = desk.page.get_by_role('status', name='고객 감정')
    await expect(mood).to_contain_text('부정')
    await expect(mood).to_contain_text('연습용 분석')

    await talk.sends('그래도 친절하셔서 감사합니다')
    await expect(
        desk.log.locator('.desk-message', has_text='감사합니다').locator('.desk-tone')
    ).to_contain_text('긍정')
    await expect(talk.page.locator('.desk-tone')).to_have_count(0)

    await desk.page.reload()
    await expect(line.locator('.desk-tone')).to_contain_text('부정')


@one_loop.fixture()
async def watching(centre: Centre, make: Make, person: Contexts) -> DeskScreen:
    """A supervisor's tab, on another screen than the workspace."""
    boss = await make.supervisor(username=f'boss-{uuid4().hex[:8]}')
    context = await person()
    await centre.sign_in(context, boss.username)
    screen = await centre.desk(context)
    await screen.page.goto(f'{centre.address}/desk/customers')
    await screen.settles()
    return screen


async def test_supervisor_hears_of_three_negative_lines_on_any_screen(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent, watching: DeskScreen, box: Box
) -> None:
    del box
    await begin(desk, talk, agent)

    for text in ('너무 늦어요', '정말 답답하네요', '환불해 주세요'):
        await talk.sends(text)

    notice = watching.page.get_by_role('alert').filter(has_text='부정적인 말을 3번 이어서')
    await expect(notice).to_contain_text('최유진')
    await expect(notice).to_contain_text('연습용 분석')
    await notice.get_by_role('button', name='상담 열기').click()
    await expect(watching.bubbles.last).to_have_text('환불해 주세요')
    await expect(notice).to_have_count(0)
    await expect(desk.page.get_by_role('alert').filter(has_text='부정적인')).to_have_count(0)


async def test_history_is_narrowed_by_how_customers_sounded(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent, centre: Centre, make: Make, box: Box
) -> None:
    del box
    await make.chat(agent=agent, visitor_name='조용한 사람', lines=1)
    await begin(desk, talk, agent)
    await talk.sends('최악이에요 실망입니다')
    await expect(desk.log.locator('.desk-tone', has_text='부정')).to_be_visible()

    page = desk.page
    await page.goto(f'{centre.address}/desk/history')
    await expect(page.locator('.desk-history-row')).to_have_count(2)
    await page.get_by_label('고객 감정').select_option(label='부정')
    await expect(page.locator('.desk-history-row')).to_have_count(1)
    await expect(page.locator('.desk-history-row .desk-tone')).to_contain_text('부정')
    assert 'sentiment=negative' in page.url
