"""What lists say instead of rows: that there is nothing, what went wrong, and what to do next."""

import pytest
from nicegui.testing import User

from desk.settings import Settings
from models import AgentRole, AuditAction
from pages.parts.search_box import SearchBox
from services.exports import ExportFormat
from services.history_filter import HistoryFilter
from services.registry import Services
from tests.databases import locked
from tests.make import Make
from tests.pages.conftest import SignIn

pytestmark = pytest.mark.slow

SOON = 120
"""So many tenths of a second are waited: a search that took its second lets the next one wait, too."""


async def test_search_that_takes_too_long_says_so_and_the_next_one_finds(
    user: User, make: Make, settings: Settings
) -> None:
    await make.customer(name='김철수')
    await user.open('/desk')

    with locked(settings, 'customers'):
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

    with locked(settings, 'customers'):
        user.find(SearchBox).trigger('search', {'number': 1, 'text': '김철수'})
        await user.should_see('고객을 불러오지 못했습니다', retries=SOON)
    user.find('다시 시도').click()

    await user.should_see('찾은 고객 1명', retries=SOON)
    await user.should_not_see('고객을 불러오지 못했습니다')


async def test_history_that_takes_too_long_says_what_helps(
    user: User, make: Make, settings: Settings
) -> None:
    await make.chat(visitor_name='정하윤')

    with locked(settings, 'calls'):
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
    async with services.exports.running(boss, wanted, ExportFormat.XLSX, export_id=export_id):
        pass
    admin = await sign_in(boss)

    await admin.open('/desk/audit')

    await admin.should_see('실패 · 행 0 · Excel (XLSX)', retries=SOON)
    await admin.should_see('Excel (XLSX) · 검색어')
    await admin.should_not_see('export')
    await admin.should_not_see('가습기')
