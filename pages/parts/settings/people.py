"""사람: the people of the desk with their roles, departments and skills, and the open invitations."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from typing_extensions import override

from desk.errors import DeskError
from models import Agent, AgentRole, Invitation, Queue, Skill
from pages import notices
from pages.context import PageContext
from pages.locale import _, language
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import filled
from pages.parts.kit.reason_choice import ReasonChoice, export_reasons
from pages.parts.settings.invitation import invite_form, show_link
from pages.parts.settings.person import PersonForm
from pages.parts.settings.queues import skill_name
from pages.parts.settings.roster_panel import roster_panel
from pages.parts.settings.second_factor_rules import second_factor_rules
from pages.parts.settings.section import (
    Section,
    cells,
    empty,
    heading,
    mark,
    name_cell,
    table,
)
from pages.roles import role_name
from services.aws.connect_api import ConnectUser
from services.people.events import SettingPart
from services.work.export_reasons import ExportReason


class PeopleSection(Section):
    """All people, the open invitations, and the form of one person."""

    parts = frozenset[str](
        {SettingPart.QUEUES, SettingPart.SKILLS, SettingPart.INVITATIONS, SettingPart.SECOND_FACTOR}
    )
    shows_people = True

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('사람'))
        self._people: Sequence[Agent] = ()
        self._invitations: Sequence[Invitation] = ()
        self._queues: Sequence[Queue] = ()
        self._skills: Sequence[Skill] = ()
        self._levels: Mapping[UUID, Mapping[UUID, int]] = {}
        self._connect_users: Sequence[ConnectUser] = ()
        self._second_factors: frozenset[UUID] = frozenset()
        self._required: frozenset[AgentRole] = frozenset()
        self._form: PersonForm | None = None

    @override
    async def read(self) -> None:
        services, agent = self.services, self.agent
        self._people = await self.still(services.authority.people(agent))
        self._invitations = await self.still(services.invitations.waiting(agent))
        self._queues = await self.still(services.queues.all(agent))
        self._skills = await self.still(services.skills.all(agent))
        self._levels = await self.still(services.skills.levels(agent))
        self._connect_users = await self.still(self._users_of_connect())
        self._second_factors = await self.still(services.second_factors.owners(agent))
        self._required = await self.still(services.second_factors.required_roles(agent))

    async def _users_of_connect(self) -> Sequence[ConnectUser]:
        """Return Connect's users; none where there is no Connect, or while it is away."""
        try:
            return await self.services.connect_users.users()
        except DeskError:
            return ()

    @override
    def draw_list(self) -> None:
        heading(_('사람'), _('초대하기'), self.add)
        with ui.element('div').classes('desk-settings-roster'):
            button(_('파일로 가져오기'), self._import)
            button(_('CSV로 내보내기'), partial(self._export, 'csv'))
            button(_('엑셀로 내보내기'), partial(self._export, 'xlsx'))
        if not self._invitations and not any(one.role is AgentRole.AGENT for one in self._people):
            empty(
                _(
                    '아직 상담을 받을 사람이 없습니다. 대기열과 같은 부서로 상담원을 초대하세요. 초대 링크를 전하면 본인이 비밀번호를 정하고 로그인합니다.'
                )
            )
        names = (_('이름'), _('역할'), _('부서'), _('역량'), _('동시 채팅'), _('상태'))
        rows = Markup().join(self._row(one) for one in self._people)
        table(_('사람'), names, rows, self._press)
        if self._invitations:
            ui.label(_('초대한 사람')).classes('desk-page-title desk-settings-invited').props(
                'role=heading aria-level=2'
            )
            with ui.element('ul').classes('desk-settings-invitations'):
                for one in self._invitations:
                    self._draw_invitation(one)
        second_factor_rules(self, self._required)

    @override
    def news(self, changed: frozenset[str] = frozenset()) -> None:
        if self._form is not None:
            now = next((one for one in self._people if one.id == self._form.person_id), None)
            if now is not None:
                self._form.news(now, self._levels.get(now.id, {}))

    def _row(self, one: Agent) -> Markup:
        department = filled('{name}', name=one.department)
        is_served = any(queue.department == one.department for queue in self._queues)
        if one.role is AgentRole.AGENT and one.is_active and not is_served:
            department += Markup(' ') + mark(_('대기열 없음'), 'warning')
        if one.role is AgentRole.SUPERVISOR and one.departments:
            reach = _(
                '볼 수 있는 부서: {names}', names=', '.join(_(name) for name in one.departments)
            )
            department += filled(' <span class="desk-sub">{reach}</span>', reach=reach)
        had = self._levels.get(one.id, {})
        skills = ', '.join(
            f'{skill_name(skill)} {had[skill.id]}' for skill in self._skills if skill.id in had
        )
        return filled(
            '<tr data-id="{id}">{name}{rest}</tr>',
            id=one.id,
            name=name_cell(one.id, one.name, one.username),
            rest=cells(
                role_name(language(), one.role),
                department,
                skills,
                str(one.chat_capacity),
                self._state(one),
            ),
        )

    def _state(self, one: Agent) -> Markup:
        if not one.is_active:
            return mark(_('사용 중지'), 'off')
        state = mark(_('사용 중'), 'on')
        if one.id in self._second_factors:
            return state + Markup(' ') + mark(_('2단계 인증'), 'on')
        if one.role in self._required and one.password_hash:
            return state + Markup(' ') + mark(_('2단계 인증 없음'), 'warning')
        return state

    def _draw_invitation(self, one: Invitation) -> None:
        with ui.element('li'):
            with ui.element('div').classes('desk-settings-who'):
                ui.label(_name(one))
                ui.label(
                    f'{one.username} · {role_name(language(), one.role)} · {one.department}'
                ).classes('desk-hint')
            until = times.moment(one.expires_at)
            ui.label(_('{until}까지', until=until) if one.is_open else _('기한 지남')).classes(
                'desk-hint'
            )
            button(_('새 링크'), partial(self._renew, one))
            button(_('초대 취소'), partial(self._withdraw, one), ButtonStyle.QUIET)

    def _press(self, agent_id: str) -> None:
        found = next((one for one in self._people if str(one.id) == agent_id), None)
        if found is not None:
            self.beside(found.name, lambda: self._draw_form(found))

    def _draw_form(self, one: Agent) -> None:
        self._form = PersonForm(
            self,
            one,
            self._departments(),
            self._skills,
            self._levels.get(one.id, {}),
            self._closed,
            connect_users=self._connect_users,
            has_second_factor=one.id in self._second_factors,
        )

    def _closed(self) -> None:
        self._form = None
        self.close()

    def _departments(self) -> list[str]:
        """Return the departments, those with a queue first: agents of others are offered nothing."""
        with_queue = sorted({one.department for one in self._queues})
        others = {one.department for one in self._people} - {*with_queue}
        return [*with_queue, *sorted(others)]

    @override
    def add(self) -> None:
        self._form = None
        usual = next((one.department for one in self._queues if one.is_active), '')
        self.beside(
            _('사람 초대하기'),
            lambda: invite_form(self, self._departments(), usual, self._closed),
        )

    def _import(self) -> None:
        self._form = None
        self.beside(_('파일로 가져오기'), lambda: roster_panel(self, self._closed))

    def _export(self, kind: str) -> None:
        with dialog.titled(self.context.dialogs, _('직원 목록 내보내기')) as opened:
            why = ReasonChoice(export_reasons(), ExportReason.OTHER.value)

            def begin() -> None:
                if why.is_given():
                    ui.download.from_url(f'/agents/export?format={kind}&{why.query}')
                    opened.close()

            with ui.element('div').classes('desk-actions'):
                button(_('취소'), opened.close)
                button(_('내보내기'), begin, ButtonStyle.PRIMARY)

    async def _renew(self, one: Invitation) -> None:
        try:
            invited = await self.still(self.services.invitations.renew(self.agent, one.id))
        except DeskError as error:
            notices.tell(error)
        else:
            self._form = None
            show_link(self, invited, self._closed)

    async def _withdraw(self, one: Invitation) -> None:
        try:
            await self.still(self.services.invitations.withdraw(self.agent, one.id))
        except DeskError as error:
            notices.tell(error)
        else:
            notices.done(_('초대를 취소했습니다'))


def _name(one: Invitation) -> str:
    return Agent(**one.model_dump(include={'first_name', 'last_name'})).name
