"""What lists say instead of rows: that there is nothing, what went wrong, and what to do next."""

import pytest
from nicegui import ui
from nicegui.testing import User

from desk.errors import UpstreamError
from desk.settings import Settings
from models import Agent, AgentRole, AuditAction
from pages import notices
from pages.parts.kit.reply_box import ReplyBox
from pages.parts.kit.scroller import Scroller
from pages.parts.kit.search_box import SearchBox
from services.history.exports import ExportFormat
from services.history.filter import HistoryFilter
from services.registry import Services
from services.work.export_reasons import ExportReason, ExportWhy
from tests.pages.conftest import SignIn
from tests.support.databases import locked, only_read
from tests.support.make import Make

pytestmark = pytest.mark.slow

SOON = 120
"""So many tenths of a second are waited: a search that took its second lets the next one wait, too."""


async def test_search_that_takes_too_long_says_so_and_the_next_one_finds(
    user: User, make: Make, settings: Settings
) -> None:
    await make.customer(name='김철수')
    await user.open('/desk')

    async with locked(settings, 'customers'):
        user.find(SearchBox).trigger('search', {'number': 1, 'text': '김철수'})
        await user.should_see('시간이 너무 오래 걸립니다', retries=SOON)
    user.find(SearchBox).trigger('search', {'number': 2, 'text': '김철수'})

    await user.should_see('김철수', retries=SOON)
    await user.should_not_see('시간이 너무 오래 걸립니다')


async def test_customers_that_cannot_be_read_are_asked_for_again(
    user: User, make: Make, settings: Settings
) -> None:
    await make.customer(name='김철수')
    await user.open('/desk/customers')
    await user.should_see('김철수', retries=SOON)

    async with locked(settings, 'customers'):
        user.find(SearchBox).trigger('search', {'number': 1, 'text': '김철수'})
        await user.should_see('고객을 불러오지 못했습니다', retries=SOON)
    user.find('다시 시도').click()

    await user.should_see('찾은 고객 1명', retries=SOON)
    await user.should_not_see('고객을 불러오지 못했습니다')


async def test_database_that_can_only_be_read_is_told_once(
    user: User, make: Make, settings: Settings, agent: Agent
) -> None:
    """The page is drawn, every part of it would note something, and its reader hears of it once, in its own words."""
    chat = await make.chat(agent=agent, lines=3)

    with only_read(settings):
        await user.open(f'/desk/chats/{chat.id}')
        await user.should_see('3번째 줄', retries=SOON)
        user.find(Scroller).trigger('seen', {'number': 3})
        user.find(ReplyBox).trigger('draft', {'text': '쓰던 말'})
        await user.should_see('지금은 저장할 수 없고 볼 수만 있습니다', retries=SOON)
        user.find(Scroller).trigger('seen', {'number': 3})
        await user.should_see('3번째 줄')

    told = [one for one in user.notify.messages if '볼 수만' in one]
    assert len(told) == 1
    assert not [one for one in user.notify.messages if '예상하지 못한' in one]


async def test_history_that_takes_too_long_says_what_helps(
    user: User, make: Make, settings: Settings
) -> None:
    await make.chat(visitor_name='정하윤')

    async with locked(settings, 'calls'):
        await user.open('/desk/history?channel=call')

        await user.should_see('너무 많아 찾는 데 오래 걸립니다', retries=SOON)
        await user.should_see('다시 시도')


async def test_audit_filter_that_nothing_fits_says_what_to_change(
    sign_in: SignIn, make: Make
) -> None:
    admin = await sign_in(await make.agent(role=AgentRole.ADMIN))

    await admin.open(f'/desk/audit?action={AuditAction.CUSTOMER_ERASED}')

    await admin.should_see(
        '조건에 맞는 기록이 없습니다. 기간이나 조건을 바꿔 보세요.', retries=SOON
    )
    await admin.should_not_see('더 보기')


async def test_audit_log_tells_of_an_export_in_words(
    sign_in: SignIn, make: Make, services: Services
) -> None:
    boss = await make.agent(role=AgentRole.ADMIN)
    wanted, export_id = HistoryFilter(text='가습기'), boss.id
    why = ExportWhy(ExportReason.REPORT)
    running = services.exports.running(boss, wanted, ExportFormat.XLSX, why=why, export_id=export_id)  # fmt: skip
    async with running:
        pass
    admin = await sign_in(boss)

    await admin.open('/desk/audit')

    await admin.should_see('실패 · 행 0 · Excel (XLSX)', retries=SOON)
    await admin.should_see('Excel (XLSX) · 업무 보고 · 검색어')
    await admin.should_not_see('export')
    await admin.should_not_see('가습기')


async def test_what_was_away_is_drawn_again_in_its_place(user: User) -> None:
    tries: list[str] = []

    async def draw() -> None:
        tries.append('once more')
        if len(tries) == 1:
            raise UpstreamError('database.away')
        ui.label('이제 보입니다')

    await user.open('/desk')
    with user:
        await notices.in_place(draw, back='/desk')
    user.find(kind=ui.button, content='다시 시도').click()

    await user.should_see('이제 보입니다')
    await user.should_not_see('조금 뒤에')
