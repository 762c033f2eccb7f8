"""The form of one person: name, role, department, capacity, skills, and whether the account is blocked."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from desk.errors import DeskError
from models import Agent, AgentRole, Skill
from models.queue import MAX_CHATS
from pages import notices
from pages.locale import _, language, sentence
from pages.parts.kit.edit_form import EditForm, Filled, FormField, FormRecord
from pages.parts.kit.edit_labels import edit_labels
from pages.parts.settings.invitation import department_field, role_options
from pages.parts.settings.person_account import PersonAccount
from pages.parts.settings.queues import skill_name
from pages.parts.settings.section import Section, levels
from services.aws.connect_api import ConnectUser
from services.people.authority import MAX_DEPARTMENTS

SKILL = 'skill-'
"""Prefix of a skill field's name, before the skill's id."""
Change = Callable[[], Awaitable[object]]


class PersonForm:
    """One person's form while it is open."""

    def __init__(  # noqa: PLR0913 - a form of all that is known of a person
        self,
        section: Section,
        person: Agent,
        departments: Sequence[str],
        skills: Sequence[Skill],
        had: Mapping[UUID, int],
        close: Callable[[], None],
        *,
        connect_users: Sequence[ConnectUser],
        has_second_factor: bool,
    ) -> None:
        self.person_id = person.id
        self._section, self._person, self._close = section, person, close
        self._asks_for_reach = person.role is AgentRole.SUPERVISOR  # as long as the form is open
        self._skills, self._connect_users = skills, connect_users
        self._form = EditForm(
            edit_labels(_('직원 정보')),
            self._fields(departments),
            FormRecord(values=self._values(person, had), version=_version(person)),
            keep=f'desk.person.{person.id}.{section.agent.id}',
        )
        self._form.on_save(self._save)
        self._form.on_cancel(close)
        PersonAccount(section, person, has_second_factor=has_second_factor, close=close)

    def news(self, person: Agent, had: Mapping[UUID, int]) -> None:
        """Tell the form that the person was changed."""
        self._person = person
        self._form.news(_version(person), self._values(person, had), '')

    def _fields(self, departments: Sequence[str]) -> list[FormField]:
        capacities = [(str(one), str(one)) for one in range(1, MAX_CHATS + 1)]
        return [
            FormField(name='last_name', label=_('성')),
            FormField(name='first_name', label=_('person.given_name')),
            FormField(name='role', label=_('역할'), kind='choice', options=role_options()),
            FormField(
                name='chat_capacity', label=_('동시 채팅'), kind='choice', options=capacities
            ),
            department_field(departments),
            *self._reach_field(),
            *self._connect_field(),
            *(
                FormField(
                    name=f'{SKILL}{one.id}',
                    label=_('역량: {name}', name=skill_name(one)),
                    kind='choice',
                    options=[('0', _('없음')), *levels()],
                )
                for one in self._skills
            ),
        ]

    def _reach_field(self) -> list[FormField]:
        """Ask which departments a supervisor is limited to."""
        if not self._asks_for_reach:
            return []
        return [
            FormField(
                name='departments',
                label=_('볼 수 있는 부서 (비우면 모두)'),
                kind='list',
                add=_('부서 추가'),
                most=MAX_DEPARTMENTS,
            )
        ]

    def _connect_field(self) -> list[FormField]:
        """Ask whom somebody is at Connect, where there is one."""
        if not self._connect_users:
            return []
        options = [
            ('', _('같은 아이디의 사용자')),
            *((one.id, one.username) for one in self._connect_users),
        ]
        return [
            FormField(
                name='connect_user_id', label=_('Connect 사용자'), kind='choice', options=options
            )
        ]

    def _values(self, person: Agent, had: Mapping[UUID, int]) -> dict[str, Any]:
        names = ('last_name', 'first_name', 'department')
        values: dict[str, Any] = {
            **{name: getattr(person, name) for name in names},
            'role': person.role.value,
            'chat_capacity': str(person.chat_capacity),
            **{f'{SKILL}{one.id}': str(had.get(one.id, 0)) for one in self._skills},
        }
        # A value without a field would count as a change that nobody has saved.
        if self._asks_for_reach:
            values['departments'] = list(person.departments)
        if self._connect_users:
            values['connect_user_id'] = person.connect_user_id or ''
        return values

    async def _save(self, filled: Filled) -> None:
        texts = dict(filled.values)
        reach = texts.pop('departments', None)
        given = {name: str(value or '') for name, value in texts.items()}
        errors: dict[str, str] = {}
        for field, change in [*self._reach_change(reach), *self._changes(given)]:
            try:
                await self._section.still(change())
            except DeskError as error:
                errors[field] = sentence(language(), error)
        if errors:
            self._form.refuse(errors)
            return
        self._form.saved()
        self._close()
        notices.done(_('저장했습니다'))
        await self._section.read_again()

    def _reach_change(self, reach: object) -> list[tuple[str, Change]]:
        """Return the change of the departments that a supervisor is limited to; none when the form has not changed them."""
        if not isinstance(reach, list):
            return []
        named = [str(one) for one in reach]
        limit = self._section.services.authority.limit
        return [('departments', partial(limit, self._section.agent, self.person_id, named))]

    def _changes(self, given: Mapping[str, str]) -> list[tuple[str, Change]]:
        """Return the changes to make, each with the field that shows its error."""
        services, by, who = self._section.services, self._section.agent, self.person_id
        changes: list[tuple[str, Change]] = []
        names = {'last_name': self._person.last_name, 'first_name': self._person.first_name}
        if not names.keys().isdisjoint(given):
            names |= {name: given[name] for name in names if name in given}
            field = next(name for name in names if name in given)
            changes.append((field, partial(services.authority.rename, by, who, **names)))
        if 'department' in given:
            changes.append(
                ('department', partial(services.authority.move, by, who, given['department']))
            )
        if (capacity := given.get('chat_capacity', '')).isdecimal():
            changes.append(
                ('chat_capacity', partial(services.skills.set_capacity, by, who, int(capacity)))
            )
        if 'connect_user_id' in given:
            chosen = given['connect_user_id'] or None
            changes.append(
                ('connect_user_id', partial(services.connect_users.set_user, by, who, chosen))
            )
        wanted = {
            one.id: int(given[f'{SKILL}{one.id}'])
            for one in self._skills
            if given.get(f'{SKILL}{one.id}', '') in {'0', '1', '2', '3', '4', '5'}
        }
        if wanted:
            changes.append(
                (
                    f'{SKILL}{next(iter(wanted))}',
                    partial(services.skills.set_levels, by, who, wanted),
                )
            )
        if (role := given.get('role', '')) in {*AgentRole}:
            changes.append(('role', partial(services.authority.set_role, by, who, AgentRole(role))))
        return changes


def _version(person: Agent) -> int:
    """Return a number that grows with each change of a person."""
    return int(person.updated_at.timestamp() * 1_000_000)
