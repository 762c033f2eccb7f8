"""The frame around every screen: rail, top bar, sounds, clocks, keys, and who is signed in."""

from collections.abc import Awaitable, Callable, Container
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol
from urllib.parse import urlsplit

from fastapi import Request
from markupsafe import Markup
from nicegui import background_tasks, context, ui

from desk import clock
from desk.errors import DeskError
from models import AgentRole, AgentStatus
from pages import gate, notices, preferences
from pages.component import Component
from pages.locale import _
from pages.parts import dialog
from pages.parts.clock import Clocks, ClockUnits
from pages.parts.customer_search_box import CustomerSearchBox
from pages.parts.error_report import ErrorReport
from pages.parts.key_map import KeyMap, Keys
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
    '<link rel="stylesheet" href="/static/customers.css"><link rel="stylesheet" href="/static/history.css">'
)

Draw = Callable[..., Awaitable[None]]


class Home(Protocol):
    """The screen that a page keeps."""

    keys: Keys

    async def open(self) -> None:
        """Draw it and keep it current."""
        ...


BUILD_SECONDS = 30.0
"""After a restart every browser asks for its page at once: one that has to wait its turn is late, not broken."""


class Screens:
    """Every screen of the desk, by path. One page serves them all: whoever goes from one to another stays on it."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.home_paths: tuple[str, ...] = ()
        self.others: dict[str, Draw] = {}
        self._below: list[str] = []

    def stay(self, paths: tuple[str, ...], home: Callable[['Shell'], Home]) -> None:
        """Serve the screen that every page draws once and keeps, hidden while another one is seen."""
        self.home_paths, self.home = paths, home

    def add(self, path: str, draw: Draw, *, below: tuple[str, ...] = ()) -> None:
        """Serve a screen that is drawn anew each time somebody comes to it.

        Args:
            path: where; ``{names}`` in it, and those of its query, become arguments of ``draw``.
            draw: draws it; its first argument is named ``shell`` and is the page's ``Shell``. What it says with a
                ``DeskError`` stands in the screen's place.
            below: further paths that the screen itself shows, by ``ui.sub_pages`` of its own: it stays between them.
        """
        self.others[path] = draw
        self._below += below

    def serve(self) -> None:
        """Serve them, now that all are there."""

        async def page(request: Request) -> None:
            await Shell(self, request).open()

        for path in (*self.home_paths, *self.others, *self._below):
            ui.page(path, response_timeout=BUILD_SECONDS)(page)


class Shell(Seat):
    """One signed-in page: what its panels share."""

    def __init__(self, screens: Screens, request: Request) -> None:
        """Take note of who opened this page. Raises ``NotSignedInError``."""
        self._screens = screens
        self.services = screens.services
        self.staff: Staff = staff_of(request)
        self.agent = self.staff.agent
        self.page_id = context.client.id
        self._router = context.client.sub_pages_router
        self._rail_links: dict[str, Piece] = {}
        self._seen = ''
        self._last_home = '/desk'
        self._follow: Callable[[str], None] | None = None
        gate.remember(context.client, self.staff)
        gate.watch_session(self.services, self.staff)

    async def open(self) -> None:
        """Draw the frame, and into it the screen that the address names."""
        self._frame()
        with self._main:
            # In this order: what is looked for on a page is first met in what is seen.
            self._other_place = ui.element('div').classes('desk-screen')
            self._home_place = ui.element('div').classes('desk-screen')
        with self._home_place:
            home = self._screens.home(self)
            self._home_keys = home.keys
        self._router.on_path_changed(self._went)
        self._went(self._router.current_path)
        with self._other_place:
            ui.sub_pages(
                {path: _in_place(draw) for path, draw in self._screens.others.items()},
                show_404=False,
                data={'shell': self},
            ).classes('desk-screen')
        with self._home_place:
            if self._is_home(self._router.current_path):
                await home.open()
            else:  # nobody sees it yet, but it must be able to ring
                background_tasks.create(home.open(), context=self._home_place)

    def follow_address(self, follow: Callable[[str], None]) -> None:
        """Tell the screen that is seen where its own address goes, until another screen is seen."""
        self._follow = follow

    def set_address(self, path: str) -> None:
        """Write another address for what is seen already: one to share, reload and come back to."""
        self._router.current_path = path
        ui.navigate.history.replace(path)

    # ---- going from screen to screen

    def _went(self, path: str) -> None:
        """Show the screen of a path; its keys and no others act."""
        bare = urlsplit(path).path
        if bare == self._seen:
            if self._follow is not None:
                self._follow(path)
            return
        self._seen, self._follow = bare, None
        self.search.take_back()
        at_home = self._is_home(path)
        self._home_place.set_visibility(at_home)
        self._other_place.set_visibility(not at_home)
        self.keys.use(self._home_keys if at_home else Keys())
        if (way := self._rail_links.get('/desk')) is not None:
            way.props['href'] = '/desk' if at_home else self._last_home  # back to the chat in hand
        if at_home:
            self._last_home = path
        self._name(path)

    def _is_home(self, path: str) -> bool:
        bare = urlsplit(path).path
        return not any(bare == one or bare.startswith(f'{one}/') for one in self._screens.others)

    def _name(self, path: str) -> None:
        """Say in the top bar and on the rail where somebody is."""
        here = max((one for one in self._rail_links if path.startswith(one)), key=len, default='')
        for address, link in self._rail_links.items():
            if address == here:
                link.props['aria-current'] = 'page'
            else:
                link.props.pop('aria-current', None)
            link.update()
        self._title.set_text(next((one.text for one in self._rail_entries if one.path == here), ''))

    # ---- the frame

    def _frame(self) -> None:
        preferences.apply(context.client.request, HEAD)
        ui.on_exception(notices.apologise)
        self.sound = Sound()
        ErrorReport(reader=str(self.agent.id))
        Clocks(ClockUnits(hour=_('시간'), minute=_('분')), now=clock.now())
        self.dialogs = ui.element(
            'div'
        )  # dialogs are drawn here on demand and cleared when they close
        self.toasts = ui.element('div').classes('desk-toasts')
        self.keys = KeyMap(self.dialogs)
        with ui.element('div').classes('desk-frame'):
            self._rail()
            with ui.element('header').classes('desk-top'):
                self._title = ui.label().classes('desk-title').props('role=heading aria-level=1')
                self.search = CustomerSearchBox(self)
                LinkBadge(
                    LinkBadgeLabels(
                        synced=_('연결됨'), behind=_('동기화 지연'), away=_('연결 끊김')
                    ),
                    number=None,
                )
                self.status = StatusChoice(self)
            self._main = ui.element('div').classes('desk-main')  # the page around it is the <main>

    def _rail(self) -> None:
        served = {*self._screens.home_paths, *self._screens.others}
        self._rail_entries = [
            one for one in _rail_entries() if one.path in served and self.agent.role in one.roles
        ]
        with ui.element('nav').classes('desk-rail') as rail:
            rail.props['aria-label'] = _('주 메뉴')
            for entry in self._rail_entries:
                link = Piece('a', inside=_rail_item(entry.icon, entry.text))
                link.classes('desk-rail-item').props['href'] = entry.path
                self._rail_links[entry.path] = link
            ui.element('div').classes('desk-spring')
            self._rail_button(
                'volume_up', _('소리'), lambda: sound_settings(self.dialogs, self.sound)
            )
            self._rail_button('keyboard', _('단축키'), self.keys.show)
            self._rail_button('account_circle', self.agent.name, self._profile)

    def _rail_button(self, icon: str, text: str, act: Callable[[], None]) -> None:
        Piece('button', inside=_rail_item(icon, text)).classes('desk-rail-item').props(
            'type=button'
        ).on('click', act)

    def _profile(self) -> None:
        with dialog.titled(self.dialogs, self.agent.name):
            preferences.profile(self.agent)


@dataclass(frozen=True, slots=True, kw_only=True)
class RailEntry:
    """One screen on the rail; it stands there when it is served, and for those whom it serves."""

    path: str
    icon: str
    text: str
    roles: Container[AgentRole] = tuple(AgentRole)


def _rail_entries() -> list[RailEntry]:
    return [
        RailEntry(path='/desk', icon='forum', text=_('screen.chats')),
        RailEntry(path='/desk/customers', icon='group', text=_('screen.customers')),
        RailEntry(path='/desk/history', icon='history', text=_('이력')),
        RailEntry(
            path='/desk/audit', icon='verified_user', text=_('감사'), roles=(AgentRole.ADMIN,)
        ),
    ]


def _rail_item(icon: str, text: str) -> Markup:
    return filled(
        '<i class="material-icons" aria-hidden="true">{icon}</i><span>{text}</span>',
        icon=icon,
        text=text,
    )


def _in_place(draw: Draw) -> Draw:
    """Let a screen that cannot be drawn say why in its place."""

    @wraps(draw)  # NiceGUI reads from the signature what it wants of path and query
    async def drawn(**given: Any) -> None:
        await notices.in_place(lambda: draw(**given))

    return drawn


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
