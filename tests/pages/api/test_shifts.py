"""``/reports/shifts``: planned, listed, exported and removed, within a supervisor's reach."""

from uuid import uuid4

from models import Agent
from tests.pages.api.conftest import Site
from tests.support.make import DEPARTMENT, Make

PLAN = {
    'begin': '09:00',
    'until': '18:00',
    'activities': [{'code': 'meal', 'begin': '12:00', 'until': '13:00'}],
    'days': 2,
}


async def test_shifts_are_planned_listed_exported_and_removed(
    site: Site, agent: Agent, make: Make
) -> None:
    boss = await make.supervisor()
    path = f'/reports/shifts/{agent.id}'

    async with site.signed_in(boss) as program:
        planned = await program.put(f'{path}/2026-12-01', json=PLAN)
        listed = (await program.get('/reports/shifts?day=2026-12-02')).json()['items']
        days = 'since=2026-12-01&until=2026-12-31'
        file = await program.get(f'/reports/shifts/export?{days}')
        removed = await program.delete(f'{path}/2026-12-02')
        left = (await program.get('/reports/shifts?day=2026-12-02')).json()['items']

    assert (planned.status_code, removed.status_code) == (204, 204)
    assert [(one['agent_id'], one['begin']) for one in listed] == [
        (str(agent.id), '2026-12-02T00:00:00Z')
    ]
    assert listed[0]['activities'] == [
        {'code': 'meal', 'begin': '2026-12-02T03:00:00Z', 'until': '2026-12-02T04:00:00Z'}
    ]
    assert file.text.count('09:00,18:00') == 2
    assert left == []


async def test_shifts_out_of_reach_or_wrong_are_refused(
    site: Site, agent: Agent, make: Make
) -> None:
    boss = await make.supervisor(departments=['환불'])
    wide = await make.supervisor(departments=[DEPARTMENT])

    async with site.signed_in(boss) as program:
        beyond = await program.put(f'/reports/shifts/{agent.id}/2026-12-01', json=PLAN)
    async with site.signed_in(wide) as program:
        nobody = await program.put(f'/reports/shifts/{uuid4()}/2026-12-01', json=PLAN)
        wrong = await program.put(
            f'/reports/shifts/{agent.id}/2026-12-01', json=PLAN | {'begin': '9시'}
        )
        long = await program.get('/reports/shifts/export?since=2025-01-01&until=2026-12-31')
    async with site.signed_in(agent) as program:
        refused = await program.get('/reports/shifts')

    assert [one.status_code for one in (beyond, nobody, wrong, long, refused)] == [
        404, 404, 422, 422, 403,
    ]  # fmt: skip
