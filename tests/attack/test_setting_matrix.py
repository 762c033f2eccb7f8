"""Who may read and change which setting: every kind, of an own queue, another's and the desk, by every role."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum, auto
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from nicegui.testing import User

from desk.errors import DeskError, NotAllowedError
from models import EVERYWHERE, Agent, AgentRole, SettingKind
from pages.settings_screens import SETTINGS, TABS
from services.people.invitations import Invitee
from services.registry import Services
from services.settings.connections import Connection
from services.work.setting_log import Values
from tests.pages.conftest import SignIn, sign_in
from tests.support.make import PASSWORD, Make

__all__ = ['sign_in']

SOON = 40


class Whose(StrEnum):
    """To what a setting belongs."""

    OWN = auto()
    """A queue of the supervisor's department."""
    OTHER = auto()
    """A queue of another department."""
    DESK = auto()


OWN_TOO = {AgentRole.SUPERVISOR, AgentRole.ADMIN}
ADMINS = {AgentRole.ADMIN}
NONE: set[AgentRole] = set()
OF_QUEUES = {Whose.OWN: OWN_TOO, Whose.OTHER: ADMINS}
MAY: dict[SettingKind, dict[Whose, set[AgentRole]]] = {
    SettingKind.QUEUE: {Whose.OWN: ADMINS, Whose.OTHER: ADMINS},
    SettingKind.HOURS: OF_QUEUES,
    SettingKind.CLOSED_DAYS: {Whose.DESK: ADMINS},
    SettingKind.TEXTS: OF_QUEUES | {Whose.DESK: ADMINS},
    SettingKind.ABUSE_WORDS: OF_QUEUES | {Whose.DESK: ADMINS},
    SettingKind.CATEGORY: OF_QUEUES | {Whose.DESK: ADMINS},
    SettingKind.AWAY_REASON: {Whose.DESK: ADMINS},
    SettingKind.THRESHOLD: OF_QUEUES | {Whose.DESK: ADMINS},
    SettingKind.RETENTION: {Whose.DESK: ADMINS},
    SettingKind.CANNED_REPLY: OF_QUEUES | {Whose.DESK: ADMINS},
    SettingKind.LABEL: OF_QUEUES | {Whose.DESK: ADMINS},
    SettingKind.SITES: {Whose.DESK: ADMINS},
    SettingKind.WIDGET: OF_QUEUES | {Whose.DESK: ADMINS},
}
OF_ONE_QUEUE = (
    SettingKind.QUEUE,
    SettingKind.HOURS,
    SettingKind.TEXTS,
    SettingKind.ABUSE_WORDS,
    SettingKind.WIDGET,
)
CHANGES: dict[SettingKind, Values] = {
    SettingKind.QUEUE: {'offer_seconds': '45'},
    SettingKind.HOURS: {'mon': '10:00-11:00'},
    SettingKind.CLOSED_DAYS: {'days': '2026-12-31'},
    SettingKind.TEXTS: {'greeting_ko': '어서 오세요'},
    SettingKind.ABUSE_WORDS: {'words': '멍청이'},
    SettingKind.CATEGORY: {'name': '다른 이름'},
    SettingKind.AWAY_REASON: {'name': '다른 이름'},
    SettingKind.THRESHOLD: {'most': '77'},
    SettingKind.RETENTION: {'alerts': '90'},
    SettingKind.CANNED_REPLY: {'body': '다른 답변'},
    SettingKind.LABEL: {'color': 'red'},
    SettingKind.SITES: {'origins': 'https://shop.example.com'},
    SettingKind.WIDGET: {'button_ko': '물어보기'},
}
ADDED: dict[SettingKind, Values] = {
    SettingKind.CATEGORY: {'name': '새 분류', 'name_en': 'New'},
    SettingKind.AWAY_REASON: {'name': '교육', 'name_en': 'Training'},
    SettingKind.THRESHOLD: {'kind': 'longest', 'most': '300'},
}
"""The kinds that programs add to, with a new one of each."""
RETIRED: dict[SettingKind, Values] = {
    SettingKind.CATEGORY: {'is_retired': 'yes'},
    SettingKind.AWAY_REASON: {'is_active': 'no'},
    SettingKind.THRESHOLD: {'is_active': 'no'},
}


@dataclass(frozen=True)
class Floor:
    """The people, and a setting of every kind and owner."""

    people: dict[AgentRole, Agent]
    subjects: dict[tuple[SettingKind, Whose], UUID]
    queue_ids: dict[Whose, str]
    """The queue of each owner; empty for the desk."""


@pytest.fixture
async def floor(services: Services, make: Make) -> Floor:
    admin = await make.admin()
    people = {
        AgentRole.AGENT: await make.agent(),
        AgentRole.SUPERVISOR: await make.supervisor(),
        AgentRole.ADMIN: admin,
    }
    queues = {
        Whose.OWN: await make.queue(),
        Whose.OTHER: await make.queue(name='결제', department='결제'),
    }
    reason = await services.away_reasons.add(admin, {'name': '면담', 'name_en': 'Talk'})
    subjects: dict[tuple[SettingKind, Whose], UUID] = {
        (SettingKind.CLOSED_DAYS, Whose.DESK): EVERYWHERE,
        (SettingKind.TEXTS, Whose.DESK): EVERYWHERE,
        (SettingKind.ABUSE_WORDS, Whose.DESK): EVERYWHERE,
        (SettingKind.RETENTION, Whose.DESK): EVERYWHERE,
        (SettingKind.SITES, Whose.DESK): EVERYWHERE,
        (SettingKind.WIDGET, Whose.DESK): EVERYWHERE,
        (SettingKind.AWAY_REASON, Whose.DESK): reason.id,
    }
    for whose in Whose:
        queue = queues.get(whose)
        node = await services.category_tree.add(admin, '분류', queue_id=queue.id if queue else None)
        reply = await services.canned_replies.add(
            admin,
            {'title': '인사', 'body': '안녕하세요'},
            is_shared=True,
            department=queue.department if queue else '',
        )
        subjects[SettingKind.CANNED_REPLY, whose] = reply.id
        named = {'name': '재문의', 'color': 'blue'}
        label = await services.label_settings.add(
            admin, named | {'department': queue.department if queue else ''}
        )
        subjects[SettingKind.LABEL, whose] = label.id
        limit = {'kind': 'waiting', 'most': '9', 'queue_id': str(queue.id) if queue else ''}
        subjects[SettingKind.CATEGORY, whose] = node.id
        subjects[SettingKind.THRESHOLD, whose] = (await services.thresholds.add(admin, limit)).id
        if queue is not None:
            for kind in OF_ONE_QUEUE:
                subjects[kind, whose] = queue.id
    queue_ids = {one: str(queues[one].id) if one in queues else '' for one in Whose}
    return Floor(people, subjects, queue_ids)


def test_every_kind_has_its_row(services: Services, floor: Floor) -> None:
    assert set(MAY) == set(CHANGES) == set(SettingKind) == set(services.desk_settings.stores)
    assert {(kind, whose) for kind, row in MAY.items() for whose in row} == set(floor.subjects)


@pytest.mark.parametrize('role', AgentRole)
async def test_everybody_may_set_what_their_row_says_and_no_more(
    services: Services, floor: Floor, role: AgentRole
) -> None:
    by, admin = floor.people[role], floor.people[AgentRole.ADMIN]
    settings, wrong = services.desk_settings, []
    for (kind, whose), subject_id in floor.subjects.items():
        now = await settings.stored(admin, kind, subject_id)
        changed = await settings.edit(admin, kind, subject_id, CHANGES[kind], version=now.version)
        newest = (await settings.changes(admin, kind, subject_id))[0]
        acts = {
            'read': settings.stored(by, kind, subject_id),
            'list': settings.changes(by, kind, subject_id),
            'edit': settings.edit(by, kind, subject_id, CHANGES[kind], version=changed.version),
            'take back': settings.take_back(by, newest.id),
        }
        for act, done in acts.items():
            if (await is_allowed(done)) is not (role in MAY[kind][whose]):
                wrong.append((kind, whose, act))

    assert wrong == []


@pytest.mark.parametrize('role', AgentRole)
async def test_everybody_is_listed_what_is_theirs(
    services: Services, floor: Floor, role: AgentRole
) -> None:
    """The list for programs holds each setting that its reader may change, and no other."""
    by = floor.people[role]
    if role is AgentRole.AGENT:
        with pytest.raises(NotAllowedError):
            await services.desk_settings.subjects(by)
        return

    listed = {(kind, one.id) for kind, one in await services.desk_settings.subjects(by)}

    theirs = {
        (kind, subject_id)
        for (kind, whose), subject_id in floor.subjects.items()
        if role in MAY[kind][whose]
    }
    others = {(kind, subject_id) for (kind, _), subject_id in floor.subjects.items()} - theirs
    assert theirs <= listed
    assert not others & listed


@pytest.mark.slow
@pytest.mark.parametrize('role', AgentRole)
async def test_programs_have_the_same_rights(web: FastAPI, floor: Floor, role: AgentRole) -> None:
    """The REST API of the settings refuses and allows what the screen does, for every kind and owner."""
    services: Services = web.state.services
    by, admin, wrong = floor.people[role], floor.people[AgentRole.ADMIN], {}
    async with program_of(web, by) as program:
        for (kind, whose), subject_id in floor.subjects.items():
            address = f'/settings/{kind.value}/{subject_id}'
            now = await services.desk_settings.stored(admin, kind, subject_id)
            body = {'version': now.version, 'values': dict(CHANGES[kind])}
            answers = [
                await program.get(address),
                await program.patch(address, json=body),
                await program.get(f'{address}/changes'),
            ]
            if role not in MAY[kind][whose]:
                await services.desk_settings.edit(
                    admin, kind, subject_id, CHANGES[kind], version=now.version
                )
            newest = (await services.desk_settings.changes(admin, kind, subject_id))[0]
            answers.append(await program.post(f'/settings/changes/{newest.id}/take-back'))
            expected = 200 if role in MAY[kind][whose] else 403
            if {one.status_code for one in answers} != {expected}:
                wrong[kind, whose] = [(one.status_code, one.text[:80]) for one in answers]

    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize('role', AgentRole)
async def test_programs_add_and_retire_what_the_screen_does(
    web: FastAPI, floor: Floor, role: AgentRole
) -> None:
    """Every kind that has many, for an own queue, another's and the desk; nothing is added to the other kinds."""
    services: Services = web.state.services
    by, admin, wrong = floor.people[role], floor.people[AgentRole.ADMIN], {}
    async with program_of(web, by) as program:
        for kind, whose in floor.subjects:
            values = dict(ADDED.get(kind, {'name': '없는 것'}))
            if kind is not SettingKind.AWAY_REASON:
                values['queue_id'] = floor.queue_ids[whose]
            answer = await program.post(f'/settings/{kind.value}', json={'values': values})
            new = answer.json()
            if kind not in ADDED:
                expected = 403 if role is AgentRole.AGENT else 422
                is_right = answer.status_code == expected
            elif role not in MAY[kind][whose]:
                is_right = answer.status_code == 403
            else:
                gone = await program.patch(
                    f'/settings/{kind.value}/{new["subject_id"]}',
                    json={'version': new['version'], 'values': dict(RETIRED[kind])},
                )
                logged = await services.desk_settings.changes(admin, kind, UUID(new['subject_id']))
                is_right = (answer.status_code, gone.status_code, len(logged)) == (201, 200, 2)
            if not is_right:
                wrong[kind, whose] = (answer.status_code, answer.text[:80])

    assert wrong == {}


@pytest.mark.slow
async def test_what_cannot_be_is_not_added(web: FastAPI, floor: Floor) -> None:
    nobody = '5d1f7a34-0c1b-4c55-9f0a-1e5b7c9d3f21'
    asked: list[tuple[SettingKind, Values, int, str]] = [
        (SettingKind.CATEGORY, {'name': ' '}, 422, 'settings.name'),
        (SettingKind.CATEGORY, {'name': '하나', 'parent_id': 'x'}, 422, 'settings.choice'),
        (SettingKind.CATEGORY, {'name': '하나', 'parent_id': nobody}, 404, 'category.not_found'),
        (SettingKind.CATEGORY, {'name': '하나', 'queue_id': nobody}, 404, 'queue.not_found'),
        (SettingKind.AWAY_REASON, {'name': '하나'}, 422, 'settings.name'),
        (SettingKind.AWAY_REASON, {'name': '하나', 'name_en': 'One', 'code': 'x'}, 422, 'settings.unknown_field'),
        (SettingKind.THRESHOLD, {'kind': 'waiting', 'most': '-1'}, 422, 'board.limit'),
        (SettingKind.HOURS, {'mon': '9-18'}, 422, 'settings.not_added_here'),
    ]  # fmt: skip
    async with program_of(web, floor.people[AgentRole.ADMIN]) as program:
        answers = [
            await program.post(f'/settings/{kind.value}', json={'values': dict(values)})
            for kind, values, _, _ in asked
        ]

    found = [(one.status_code, one.json()['code']) for one in answers]
    assert found == [(status, code) for _, _, status, code in asked]


@asynccontextmanager
async def program_of(web: FastAPI, agent: Agent) -> AsyncIterator[httpx.AsyncClient]:
    """A person's program, signed in."""
    services: Services = web.state.services
    staff, _ = await services.sign_ins.sign_in(agent.username, PASSWORD, address='192.0.2.1')
    headers = {'Authorization': f'Bearer {services.sign_ins.bearer(staff)}'}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(web), base_url='http://desk.test', headers=headers
    ) as program:
        yield program


@pytest.mark.parametrize('role', [AgentRole.AGENT, AgentRole.SUPERVISOR])
async def test_all_else_in_the_settings_is_for_administrators(
    services: Services, floor: Floor, make: Make, role: AgentRole
) -> None:
    """Sections without a kind of setting of their own: people, skills, second factors, counts, connections."""
    by, other = floor.people[role], await make.agent()
    invitee = Invitee(last_name='이', first_name='하윤', email='h@example.com', username='h', department='결제')  # fmt: skip
    acts = {
        'people': services.authority.people(by),
        'invite': services.invitations.invite(by, invitee),
        'role': services.authority.set_role(by, other.id, AgentRole.ADMIN),
        'deactivate': services.departures.deactivate(by, other.id),
        'password link': services.password_resets.make(by, other.id),
        'skills': services.skills.add(by, '반품'),
        'second factor': services.second_factors.require(by, AgentRole.AGENT, is_required=True),
        'reasons': services.away_reasons.add(by, {'name': '면담', 'name_en': 'Talk'}),
        'retention': services.retention.dry_run(by, {}),
        'connections': services.connections.test(by, Connection.POSTGRESQL),
        'steps': services.setup_steps.now(by),
    }

    assert [name for name, act in acts.items() if await is_allowed(act)] == []


async def is_allowed(act: object) -> bool:
    try:
        await act  # type: ignore[misc]  # any of the four acts
    except NotAllowedError:
        return False
    except DeskError as error:
        raise AssertionError(error.key) from error
    return True


@pytest.mark.slow
@pytest.mark.parametrize('role', AgentRole)
async def test_everybody_sees_the_sections_that_are_theirs(
    sign_in: SignIn, make: Make, role: AgentRole
) -> None:
    user: User = await sign_in(await make.agent(role=role))
    for tab in TABS:
        await user.open(f'{SETTINGS}{tab.path}')
        is_theirs = role is AgentRole.ADMIN or (
            role is AgentRole.SUPERVISOR and (tab.is_for_supervisors or not tab.path)
        )
        if is_theirs:
            await user.should_see('운영 시간', retries=SOON)
        else:
            await user.should_see('시스템 관리자만', retries=SOON)
