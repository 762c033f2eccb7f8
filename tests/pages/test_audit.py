"""The administrators' page of the audit log."""

from datetime import timedelta

import pytest
from nicegui.element import Element
from nicegui.testing import User
from sqlalchemy import text

from desk import clock
from desk.db import Database
from desk.settings import Settings
from models import Agent, AgentRole, AuditAction
from pages import audit
from pages.parts.audit import table as audit_table
from pages.parts.kit.markup import Piece
from services.audit import log as audit_log
from services.customers.personal_data import RevealReason
from services.registry import Services
from tests.pages.conftest import SignIn
from tests.support.make import Make
from tests.support.until import until

pytestmark = pytest.mark.slow


@pytest.fixture
async def admin(sign_in: SignIn, make: Make) -> User:
    """The browser of an administrator, whose own sign-in is the log's first entry."""
    return await sign_in(await make.agent(role=AgentRole.ADMIN, first_name='하늘', last_name='정'))


def rows(user: User) -> list[str]:
    """The entries that are shown, as a reader sees them."""
    bodies = [one for one in user.client.elements.values() if _is_body(one)]
    return [row for one in bodies for row in one.inside.split('</tr>') if row]


def _is_body(one: Element) -> bool:
    return isinstance(one, Piece) and one.tag == 'tbody'


async def test_log_tells_who_did_what_to_whom_and_why(
    admin: User, services: Services, make: Make, agent: Agent
) -> None:
    customer = await make.customer(name='이민준')
    await services.personal_data.reveal(agent, customer.id, RevealReason.OTHER, '택배사에 알려 줌')

    await admin.open('/desk/audit')

    await admin.should_see('연락처 열람', retries=20)
    await admin.should_see(agent.name)
    await admin.should_see(customer.code)
    await admin.should_see('전화번호 · 기타 · 택배사에 알려 줌')
    await admin.should_see('위변조 없음 (2번까지 확인)', retries=20)
    await admin.should_not_see('이민준')
    newest, first = rows(admin)
    assert f'/desk/customers/{customer.id}' in newest
    assert '/auth/login' in first


@pytest.mark.parametrize('role', [AgentRole.AGENT, AgentRole.SUPERVISOR])
async def test_others_are_told_that_it_is_not_theirs(
    sign_in: SignIn, make: Make, role: AgentRole
) -> None:
    user = await sign_in(await make.agent(role=role))

    await user.open('/desk/audit')

    await user.should_see('시스템 관리자만 볼 수 있습니다', retries=20)
    await user.should_not_see('작업')
    await user.should_not_see('감사')


async def test_rail_leads_administrators_there(admin: User) -> None:
    await admin.open('/desk')

    await admin.should_see('감사')


async def test_filters_choose_and_stand_in_the_address(
    admin: User, services: Services, make: Make, agent: Agent
) -> None:
    customer, other = await make.customer(), await make.customer()
    await services.personal_data.reveal(agent, customer.id, RevealReason.CALL)
    await services.personal_data.reveal(agent, other.id, RevealReason.CALL)
    await admin.open('/desk/audit')
    await admin.should_see('통화 연결', retries=20)
    assert len(rows(admin)) == 3
    tomorrow = (clock.now() + timedelta(days=2)).date().isoformat()

    for chosen, count in (
        ({'action': 'personal_data_shown'}, 2),
        ({'subject': str(other.id)}, 1),
        ({'agent': str(agent.id), 'action': 'signed_in'}, 0),
        ({'since': tomorrow}, 0),
        ({'until': tomorrow}, 3),
        ({'action': 'nonsense', 'since': '2026-02-30', 'agent': 'x'}, 3),
    ):
        admin.find('조건 지우기').trigger('change', chosen)
        await until(lambda count=count: len(rows(admin)) == count)
    await admin.should_see('위변조 없음', retries=20)

    await admin.open(f'/desk/audit?action=personal_data_shown&subject={customer.id}')
    await admin.should_see('위변조 없음', retries=20)
    assert len(rows(admin)) == 1


async def test_older_entries_are_asked_for(
    admin: User, services: Services, make: Make, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log.AuditLog.newest, '__kwdefaults__', {'before': None, 'limit': 2})
    for _ in range(4):
        await services.personal_data.reveal(agent, (await make.customer()).id, RevealReason.CALL)
    await admin.open('/desk/audit')
    await admin.should_see('위변조 없음', retries=20)

    for count in (2, 4, 5):
        await until(lambda count=count: len(rows(admin)) == count)
        if count < 5:
            admin.find('더 보기').click()

    await admin.should_not_see('더 보기')


async def test_broken_log_says_where(admin: User, settings: Settings) -> None:
    db = Database(settings.migration_url, pool_size=1)
    async with db.transaction() as session:
        connection = await session.connection()
        for statement in (
            'ALTER TABLE audit_log DISABLE TRIGGER USER',
            "UPDATE audit_log SET reason = '몰래'",
            'ALTER TABLE audit_log ENABLE TRIGGER USER',
        ):
            await connection.execute(text(statement))
    await db.close()

    await admin.open('/desk/audit')

    await admin.should_see('1번에서 어긋났습니다: 바뀌었습니다', retries=20)


def test_everything_that_can_be_done_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_table, '_', lambda key: key)

    assert set(audit_table.action_names()) == set(AuditAction)


def test_address_and_form_name_the_same_fields() -> None:
    wanted = audit._read(
        dict.fromkeys(audit.FIELDS, '') | {'since': '2026-11-01', 'action': 'signed_in'}, None
    )

    assert audit._query(wanted) == 'since=2026-11-01&action=signed_in'


async def test_subject_is_found_as_people_write_it_and_missed_with_a_word(
    admin: User, services: Services, make: Make, agent: Agent
) -> None:
    customer = await make.customer(name='이민준')
    chat = await make.chat()
    await services.personal_data.reveal(agent, customer.id, RevealReason.OTHER, '택배사')
    await services.personal_data.reveal_visitor(agent, chat.id, RevealReason.OTHER, '퀵서비스')
    unknown = '대상 번호를 찾을 수 없습니다'

    for typed, seen in ((customer.code, '택배사'), (str(chat.id)[:8], '퀵서비스')):
        await admin.open(f'/desk/audit?subject={typed}')
        await admin.should_see(seen, retries=20)
        assert len(rows(admin)) == 1
        await admin.should_not_see(unknown)
    await admin.open('/desk/audit?subject=C-9999999')
    await admin.should_see(unknown, retries=20)
