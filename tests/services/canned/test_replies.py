"""Canned replies: own and shared ones, who changes which, versions, and what their use counts for."""

import pytest

from desk.errors import ConflictError, FieldsRefusedError, NotAllowedError, NotFoundError
from models import Agent, SettingKind
from services.canned import replies
from services.registry import Services
from services.settings.stored import SettingChangedError
from tests.support.make import DEPARTMENT, Make
from tests.support.statements import heard_statements

REPLY = SettingKind.CANNED_REPLY


def reply(title: str, **others: str) -> dict[str, str]:
    return {'title': title, 'body': f'{title} 안내드립니다.', **others}


async def titles(services: Services, by: Agent) -> list[str]:
    return [one.row.title for one in await services.canned_replies.usable(by)]


async def test_own_replies_are_ones_own_and_shared_ones_everybodys(
    services: Services, make: Make
) -> None:
    canned = services.canned_replies
    agent, colleague, supervisor = await make.agent(), await make.agent(), await make.supervisor()
    own = await canned.add(agent, reply('내 인사', code='/ㅎㅇ', folder='인사/ 첫인사 '))
    await canned.add(supervisor, reply('환불'), is_shared=True, department=DEPARTMENT)

    assert await titles(services, agent) == ['내 인사', '환불']
    assert await titles(services, colleague) == ['환불']
    assert (own.code, own.folder) == ('ㅎㅇ', '인사 / 첫인사')
    for who in (colleague, supervisor, await make.admin()):  # not even that it is there
        with pytest.raises(NotFoundError):
            await services.desk_settings.stored(who, REPLY, own.id)
        with pytest.raises(NotFoundError):
            await canned.used(who, own.id)


async def test_supervisors_share_with_their_departments_and_administrators_with_all(
    services: Services, make: Make
) -> None:
    canned, settings = services.canned_replies, services.desk_settings
    agent, supervisor, admin = await make.agent(), await make.supervisor(), await make.admin()
    await make.queue(name='결제', department='결제')
    ours = await canned.add(supervisor, reply('배송'), is_shared=True, department=DEPARTMENT)
    all_ours = await canned.add(admin, reply('인사'), is_shared=True)

    assert await canned.departments(agent) == []
    assert await canned.departments(supervisor) == [DEPARTMENT]
    assert await canned.departments(admin) == ['', '결제', DEPARTMENT]
    for who, department in ((agent, DEPARTMENT), (supervisor, '결제'), (supervisor, '')):
        with pytest.raises(NotAllowedError):
            await canned.add(who, reply('안 됨'), is_shared=True, department=department)
    with pytest.raises(FieldsRefusedError):
        await canned.add(admin, reply('안 됨'), is_shared=True, department='없는 부서')
    for who, row in ((agent, ours), (agent, all_ours), (supervisor, all_ours)):
        with pytest.raises(NotAllowedError):
            await settings.edit(who, REPLY, row.id, {'title': '바꿈'}, version=1)
    await settings.edit(admin, REPLY, ours.id, {'title': '배송 지연'}, version=1)
    listed = {one.row.title: one.may_edit for one in await canned.readable(supervisor)}
    assert listed == {'인사': False, '배송 지연': True}


async def test_two_editors_and_the_way_back(services: Services, make: Make) -> None:
    settings, agent = services.desk_settings, await make.agent()
    row = await services.canned_replies.add(agent, reply('인사'))
    await settings.edit(agent, REPLY, row.id, {'body': '반갑습니다.'}, version=1)

    with pytest.raises(SettingChangedError) as refused:
        await settings.edit(agent, REPLY, row.id, {'body': '안녕하세요.'}, version=1)
    assert (refused.value.stored.version, refused.value.stored.values['body']) == (2, '반갑습니다.')
    changed, added = await settings.changes(agent, REPLY, row.id)
    await settings.take_back(agent, changed.id)
    assert (await settings.stored(agent, REPLY, row.id)).values['body'] == '인사 안내드립니다.'
    await settings.take_back(agent, added.id)
    assert await titles(services, agent) == []  # out of use, and still there
    assert [one.row.is_active for one in await services.canned_replies.readable(agent)] == [False]


async def test_ones_own_most_used_come_first_then_everybodys(
    services: Services, make: Make
) -> None:
    canned, admin = services.canned_replies, await make.admin()
    agent, colleague = await make.agent(), await make.agent()
    rows = {one: await canned.add(admin, reply(one), is_shared=True) for one in ('가', '나', '다')}
    for title in ('다', '다', '나'):
        await canned.used(colleague, rows[title].id)
    await canned.used(agent, rows['나'].id)

    assert await titles(services, agent) == ['나', '다', '가']
    assert await titles(services, colleague) == ['다', '나', '가']
    first = (await canned.usable(agent))[0]
    assert (first.own_uses, first.row.uses) == (1, 2)


async def test_list_is_one_statement_however_many_there_are(services: Services, make: Make) -> None:
    canned, agent = services.canned_replies, await make.agent()
    for number in range(5):
        row = await canned.add(agent, reply(f'답변 {number}'))
        await canned.used(agent, row.id)

    with heard_statements() as said:
        found = await canned.usable(agent)

    assert len(found) == 5
    assert len([one for one in said if 'canned_replies' in one]) == 1


@pytest.mark.parametrize(
    ('field', 'value'),
    [
        ('title', ' '),
        ('title', '가' * 101),
        ('body', '\u200b'),
        ('body', '가' * 5_001),
        ('body', '가\x00나'),
        ('code', '두 말'),
        ('code', 'a/b'),
        ('folder', '가' * 61),
        ('is_active', '아마'),
    ],
)
async def test_what_cannot_be_used_is_said_by_field(
    services: Services, make: Make, field: str, value: str
) -> None:
    with pytest.raises(FieldsRefusedError) as refused:
        await services.canned_replies.add(await make.agent(), reply('인사') | {field: value})

    assert list(refused.value.faults) == [field]


async def test_there_is_a_limit(
    services: Services, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, 'MOST_OWN', 2)
    agent = await make.agent()
    for title in '가나':
        await services.canned_replies.add(agent, reply(title))

    with pytest.raises(ConflictError):
        await services.canned_replies.add(agent, reply('다'))
