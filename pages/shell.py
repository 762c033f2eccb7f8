"""The frame around every screen: rail, top bar, sounds, clocks, keys, and who is signed in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fastapi import Request
from markupsafe import Markup
from nicegui import context, ui

from desk import clock
from desk.errors import DeskError
from models import AgentStatus
from pages import gate, notices, preferences
from pages.component import Component
from pages.locale import _
from pages.parts import dialog
from pages.parts.clock import Clocks, ClockUnits
from pages.parts.error_report import ErrorReport
from pages.parts.key_map import KeyMap
from pages.parts.link_badge import LinkBadge, LinkBadgeLabels
from pages.parts.markup import Piece, filled
from pages.parts.sound import Sound
from pages.parts.sound_settings import sound_settings
from pages.principals import staff_of
from pages.seat import Seat
from services.chat_events import AgentStatusChanged, agent_topic
from services.registry import Services
from services.sign_ins import Staff

HEAD = Markup(
    '<link rel="stylesheet" href="/static/tokens.css"><link rel="stylesheet" href="/static/desk.css">'
)


class Shell(Seat):
    """One signed-in page: what its panels share."""

    def __init__(self, services: Services, request: Request) -> None:
        """Take note of who opened this page. Raises ``NotSignedInError``."""
        self.services = services
        self.staff: Staff = staff_of(request)
        self.agent = self.staff.agent
        self.page_id = context.client.id
        gate.remember(context.client, self.staff)
        gate.watch_session(services, self.staff)

    @contextmanager
    def frame(self) -> Iterator[None]:
        """Draw the frame; the block draws the screen into it."""
        preferences.apply(context.client.request, HEAD)
        ui.on_exception(notices.apologise)
        self.sound = Sound()
        ErrorReport(reader=str(self.agent.id))
        Clocks(ClockUnits(hour=_('시간'), minute=_('분')), now=clock.now())
        self.dialogs = ui.element(
            'div'
        )  # dialogs are drawn here on demand and cleared when they close
        self.keys = KeyMap(self.dialogs)
        with ui.element('div').classes('desk-frame'):
            self._rail()
            with ui.element('header').classes('desk-top'):
                ui.label(_('상담')).classes('desk-title').props('role=heading aria-level=1')
                ui.element('div').classes('desk-spring')
                LinkBadge(
                    LinkBadgeLabels(
                        synced=_('연결됨'), behind=_('동기화 지연'), away=_('연결 끊김')
                    ),
                    number=None,
                )
                self.status = StatusChoice(self)
            with ui.element('div').classes('desk-main'):  # the page around it is the <main>
                yield

    def _rail(self) -> None:
        with ui.element('nav').classes('desk-rail') as rail:
            rail.props['aria-label'] = _('주 메뉴')
            Piece(
                'a',
                inside=filled(
                    '<i class="material-icons" aria-hidden="true">forum</i><span>{text}</span>',
                    text=_('상담'),
                ),
            ).classes('desk-rail-item').props('href=/desk aria-current=page')
            ui.element('div').classes('desk-spring')
            self._rail_button(
                'volume_up', _('소리'), lambda: sound_settings(self.dialogs, self.sound)
            )
            self._rail_button('keyboard', _('단축키'), self.keys.show)
            self._rail_button('account_circle', self.agent.name, self._profile)

    def _rail_button(self, icon: str, text: str, act: Callable[[], None]) -> None:
        inside = filled(
            '<i class="material-icons" aria-hidden="true">{icon}</i><span>{text}</span>',
            icon=icon,
            text=text,
        )
        Piece('button', inside=inside).classes('desk-rail-item').props('type=button').on(
            'click', act
        )

    def _profile(self) -> None:
        with dialog.titled(self.dialogs, self.agent.name):
            preferences.profile(self.agent)


class StatusChoice(Component):
    """상담 상태: what the person at this page is doing, in every tab of theirs."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.services.topics)
        self._shell = shell
        self.classes('desk-status')
        with self:
            self._since = Piece('span').classes('desk-status-since')
            self._choice = ui.select(
                {AgentStatus.AVAILABLE.value: _('상담 가능'), AgentStatus.AWAY.value: _('이석')},
                on_change=lambda event: self._choose(event.value),
            )
            self._choice.props('dense outlined options-dense').props['aria-label'] = _('상담 상태')
        self._show(shell.agent.status, shell.agent.status_since.timestamp())
        self.listen(agent_topic(shell.agent.id), self._hear)

    def _hear(self, event: object) -> None:
        if isinstance(event, AgentStatusChanged):
            self._show(event.status, event.since.timestamp())

    def _show(self, status: AgentStatus, since: float) -> None:
        self.status = status
        self.props['data-status'] = status.value
        self.update()
        self._since.set_inside(
            filled('<time data-since="{since}"></time>', since=int(since * 1000))
        )
        if self._choice.value != status.value and status.value in self._choice.options:
            self._choice.set_value(status.value)

    async def _choose(self, value: str) -> None:
        if value == self.status.value:
            return
        try:
            await self._shell.services.agents.choose_status(
                self._shell.agent.id, AgentStatus(value)
            )
        except DeskError as error:
            notices.tell(error)
