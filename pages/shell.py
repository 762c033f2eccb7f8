"""The frame around every screen: rail, top bar, sounds, clocks, keys, and the signed-in person."""

from collections.abc import Awaitable, Callable, Container
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol
from urllib.parse import urlsplit

import structlog
from fastapi import Request
from markupsafe import Markup
from nicegui import background_tasks, context, ui

from desk import clock
from models import AgentRole
from pages import notices, preferences
from pages.context import PageContext
from pages.locale import _
from pages.parts.calls.bar import CallBar
from pages.parts.customers.search_box import CustomerSearchBox
from pages.parts.floor.status_choice import StatusChoice
from pages.parts.kit import current_link, dialog
from pages.parts.kit.away import Away
from pages.parts.kit.clock import Clocks, ClockUnits
from pages.parts.kit.error_report import ErrorReport
from pages.parts.kit.key_map import KeyMap, Keys
from pages.parts.kit.link_badge import LinkBadge, LinkBadgeLabels
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.notifier import Notifier
from pages.parts.kit.sound import Sound, SoundState
from pages.parts.kit.sound_settings import sound_settings
from pages.web import current_screen, gate
from pages.web.principals import staff_of
from pages.web.softphone import Softphone
from services.people.events import decides_authority
from services.people.sign_ins import Staff
from services.people.states import event_of
from services.registry import Services

log = structlog.get_logger()

HEAD = Markup(
    '<link rel="stylesheet" href="/static/tokens.css"><link rel="stylesheet" href="/static/desk.css">'
    '<link rel="stylesheet" href="/static/customers.css"><link rel="stylesheet" href="/static/history.css">'
    '<link rel="stylesheet" href="/static/settings.css"><link rel="stylesheet" href="/static/board.css">'
    '<link rel="stylesheet" href="/static/calls.css"><link rel="stylesheet" href="/static/reports.css">'
)

Draw = Callable[..., Awaitable[None]]


class Home(Protocol):
    """The screen that a page draws once and keeps."""

    keys: Keys

    async def open(self) -> None:
        """Draw the screen and keep it current."""
        ...

    async def refresh(self) -> None:
        """Apply the person's changed rights to what is shown."""
        ...


SUPERVISING = (AgentRole.SUPERVISOR, AgentRole.ADMIN)
NAME_FIELDS = frozenset({'first_name', 'last_name'})
BUILD_SECONDS = 30.0
"""After a restart every browser requests its page at once: a page that waits its turn for so long is not an error."""


class Screens:
    """Every screen of the desk, by path. One page serves them all: going to another screen loads no new page."""

    def __init__(self, services: Services, softphone: Softphone | None = None) -> None:
        self.services = services
        self.softphone = softphone
        self.home_paths: tuple[str, ...] = ()
        self.others: dict[str, Draw] = {}
        self._below: list[str] = []

    def stay(self, paths: tuple[str, ...], home: Callable[['Shell'], Home]) -> None:
        """Serve the screen that every page draws once and keeps, hidden while another screen is shown."""
        self.home_paths, self.home = paths, home

    def add(self, path: str, draw: Draw, *, below: tuple[str, ...] = ()) -> None:
        """Serve a screen that is drawn anew at each visit.

        Args:
            path: its path; ``{names}`` in it and the names in its query become arguments of ``draw``.
            draw: draws it; its first argument is named ``shell`` and is the page's ``Shell``. A ``DeskError`` is shown in
                the screen's place.
            below: further paths that the screen shows itself, with its own ``ui.sub_pages``: it is not redrawn between them.
        """
        self.others[path] = draw
        self._below += below

    @property
    def paths(self) -> tuple[str, ...]:
        """Every served path, with names in braces."""
        return (*self.home_paths, *self.others, *self._below)

    def serve(self) -> None:
        """Register the paths with NiceGUI; call it after the last ``add``."""

        async def page(request: Request) -> None:
            await Shell(self, request).open()

        for path in self.paths:
            ui.page(path, response_timeout=BUILD_SECONDS)(page)


class Shell(PageContext):
    """One signed-in page: its frame, and the context that its panels share."""

    def __init__(self, screens: Screens, request: Request) -> None:
        """Remember the signed-in person. Raises ``NotSignedInError``."""
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
        self._refresh: Callable[[], bool] | None = None
        gate.remember(context.client, self.staff)
        gate.watch_session(self.services, self.staff, self._person_changed)
        self._be_present()

    async def open(self) -> None:
        """Draw the frame, and in it the screen that the address names."""
        self._frame()
        with self._main:
            # The shown screen first: searches in the page find its elements before the hidden ones.
            self._other_place = ui.element('div').classes('desk-screen')
            self._home_place = ui.element('div').classes('desk-screen')
            current_screen.mark(self._home_place, self._screens.home_paths[0])
        with self._home_place:
            self._home = self._screens.home(self)
            self._home_keys = self._home.keys
        self._router.on_path_changed(self._went)
        self._went(self._router.current_path)
        with self._other_place:
            self._other = ui.sub_pages(
                {path: _in_place(path, draw) for path, draw in self._screens.others.items()},
                show_404=False,
                data={'shell': self},
            ).classes('desk-screen')
        with self._home_place:
            if self._is_home(self._router.current_path):
                await self._home.open()
            else:  # hidden, but its offers must be able to ring
                background_tasks.create(self._home.open(), context=self._home_place)

    def _be_present(self) -> None:
        """Count the agent as present while this page's browser is connected."""
        presence, agent_id = self.services.presence, self.agent.id
        connected = False

        async def come() -> None:
            nonlocal connected
            if not connected:
                connected = True
                presence.come(agent_id)
            await presence.arrived(agent_id)

        def go() -> None:
            nonlocal connected
            if connected:
                connected = False
                presence.go(agent_id)

        context.client.on_connect(come)
        context.client.on_disconnect(go)
        context.client.on_delete(go)

    def follow_address(self, follow: Callable[[str], None]) -> None:
        """Call ``follow`` with each new address of the shown screen, until another screen is shown."""
        self._follow = follow

    def on_rights_changed(self, refresh: Callable[[], bool]) -> None:
        """Call ``refresh`` when the person's rights change while this screen is shown.

        ``refresh`` returns whether it applied them. A screen without one, or one that returns false, is drawn anew.
        """
        self._refresh = refresh

    def set_address(self, path: str) -> None:
        """Change the shown screen's address without drawing it anew, so that the address can be shared and reloaded."""
        self._router.current_path = path
        ui.navigate.history.replace(path)

    # ---- going from screen to screen

    def _went(self, path: str) -> None:
        """Show the screen of a path; only its keys are active."""
        bare = urlsplit(path).path
        screens = self._screens
        current_screen.show(context.client, bare, screens.paths, otherwise=screens.home_paths[0])
        if bare == self._seen:
            if self._follow is not None:
                self._follow(path)
            return
        self._seen = bare
        self._leave_screen()
        at_home = self._is_home(path)
        self._home_place.set_visibility(at_home)
        self._other_place.set_visibility(not at_home)
        self.keys.use(self._home_keys if at_home else Keys())
        if (way := self._rail_links.get('/desk')) is not None:
            way.props['href'] = '/desk' if at_home else self._last_home  # back to the open chat
        if at_home:
            self._last_home = path
        self._name(path)

    def _leave_screen(self) -> None:
        self._follow = self._refresh = None
        self.search.take_back()

    def _is_home(self, path: str) -> bool:
        bare = urlsplit(path).path
        return not any(bare == one or bare.startswith(f'{one}/') for one in self._screens.others)

    def _name(self, path: str) -> None:
        """Show the current screen's name in the top bar, and mark it on the rail."""
        here = max((one for one in self._rail_links if path.startswith(one)), key=len, default='')
        for address, link in self._rail_links.items():
            if address == here:
                link.props['aria-current'] = 'page'
            else:
                link.props.pop('aria-current', None)
            link.update()
        current_link.bring_into_sight()
        self._title.set_text(next((one.text for one in self._rail_entries if one.path == here), ''))

    # ---- the signed-in person

    async def _person_changed(self, fields: frozenset[str]) -> None:
        """Redraw what depends on the person's row; screens show what the person may no longer see as an error."""
        self.status.show(event_of(self.agent))
        if not decides_authority(fields) and fields.isdisjoint(NAME_FIELDS):
            return
        self._draw_rail()
        self._name(self._router.current_path)
        if decides_authority(fields):
            log.info('authority_changed', agent_id=str(self.agent.id), fields=sorted(fields))
            background_tasks.create(self._home.refresh(), context=self._home_place)
            self._refresh_other_screen()

    def _refresh_other_screen(self) -> None:
        if self._is_home(self._router.current_path) or (self._refresh and self._refresh()):
            return
        with self._other_place:
            self._leave_screen()
            self.keys.use(Keys())
            self._other.refresh()

    # ---- the frame

    def _frame(self) -> None:
        preferences.apply(context.client.request, HEAD)
        ui.on_exception(notices.apologise)
        self.sound = Sound()
        self.sound.on_state(self._show_sound)
        self.notifier = Notifier(self.sound)
        ErrorReport(reader=str(self.agent.id))
        Away()
        Clocks(ClockUnits(hour=_('시간'), minute=_('분')), now=clock.now())
        self.dialogs = ui.element(
            'div'
        )  # dialogs are drawn here on demand and cleared when they close
        self.toasts = ui.element('div').classes('desk-toasts')
        self.offers = ui.element('div').classes('desk-offers')  # chats that ring for this agent
        self.keys = KeyMap(self.dialogs)
        with ui.element('div').classes('desk-frame'):
            self._rail = ui.element('nav').classes('desk-rail')
            self._rail.props['aria-label'] = _('주 메뉴')
            self._draw_rail()
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
            self._draw_call_bar()
            self._main = ui.element('div').classes('desk-main')  # the <main> is NiceGUI's

    def _draw_call_bar(self) -> None:
        """Draw the call bar, for agents who take calls; without Connect nobody does."""
        softphone = self._screens.softphone
        directory = self.services.connect_directory
        if softphone is not None and softphone.is_for(self.agent, directory):
            needs = softphone.has_audio()
            CallBar(self, keys=self.keys, notifier=self.notifier, needs_microphone=needs)

    @property
    def has_voice(self) -> bool:
        """Whether this desk has a softphone for anybody."""
        return self._screens.softphone is not None

    def _draw_rail(self) -> None:
        """Draw the links to the screens that this person may open."""
        served = {*self._screens.home_paths, *self._screens.others}
        self._rail_entries = [
            one for one in _rail_entries() if one.path in served and self.agent.role in one.roles
        ]
        self._rail.clear()
        self._rail_links.clear()
        with self._rail:
            for entry in self._rail_entries:
                link = Piece('a', inside=_rail_item(entry.icon, entry.text))
                link.classes('desk-rail-item').props['href'] = entry.path
                self._rail_links[entry.path] = link
            ui.element('div').classes('desk-spring')
            self._sound_button = self._rail_button(
                'volume_up', _('소리'), lambda: sound_settings(self.dialogs, self.notifier)
            )
            self._show_sound(self.sound.state)
            self._rail_button('keyboard', _('단축키'), self.keys.show)
            self._rail_button('account_circle', self.agent.name, self._profile)

    def _rail_button(self, icon: str, text: str, act: Callable[[], None]) -> Piece:
        made = Piece('button', inside=_rail_item(icon, text)).classes('desk-rail-item')
        return made.props('type=button').on('click', act)

    def _show_sound(self, state: SoundState) -> None:
        """Show on the sound button why nothing would be heard."""
        icon, text, why = 'volume_up', _('소리'), ''
        if state.muted or not state.volume:
            icon, text, why = 'volume_off', _('무음'), _('소리가 꺼져 있습니다')
        elif not state.unlocked:
            icon = 'volume_mute'
            why = _('화면을 한 번 누르거나 글쇠를 치면 소리가 납니다')
        self._sound_button.set_inside(_rail_item(icon, text))
        self._sound_button.props['title'] = why

    def _profile(self) -> None:
        with dialog.titled(self.dialogs, self.agent.name):
            preferences.profile(self.agent)


@dataclass(frozen=True, slots=True, kw_only=True)
class RailEntry:
    """One link on the rail: drawn if its screen is served and the person's role is among ``roles``."""

    path: str
    icon: str
    text: str
    roles: Container[AgentRole] = tuple(AgentRole)


def _rail_entries() -> list[RailEntry]:
    return [
        RailEntry(path='/desk', icon='forum', text=_('screen.chats')),
        RailEntry(path='/desk/customers', icon='group', text=_('screen.customers')),
        RailEntry(path='/desk/history', icon='history', text=_('이력')),
        RailEntry(path='/desk/replies', icon='bolt', text=_('답변')),
        RailEntry(
            path='/desk/dashboard',
            icon='dashboard',
            text=_('대시보드'),
            roles=SUPERVISING,
        ),
        RailEntry(path='/desk/reports', icon='summarize', text=_('보고서'), roles=SUPERVISING),
        RailEntry(path='/desk/protection', icon='shield', text=_('보호'), roles=SUPERVISING),
        RailEntry(
            path='/desk/audit', icon='verified_user', text=_('감사'), roles=(AgentRole.ADMIN,)
        ),
        RailEntry(path='/desk/settings', icon='settings', text=_('설정'), roles=SUPERVISING),
    ]


def _rail_item(icon: str, text: str) -> Markup:
    return filled(
        '<i class="material-icons" aria-hidden="true">{icon}</i><span>{text}</span>',
        icon=icon,
        text=text,
    )


def _in_place(path: str, draw: Draw) -> Draw:
    """Show a ``DeskError`` of ``draw`` in the screen's place, and attribute the screen's actions to its path in the audit log."""

    @wraps(draw)  # NiceGUI reads from the signature which values of path and query to pass
    async def drawn(**given: Any) -> None:
        current_screen.mark(context.slot.parent, path)
        current_screen.act_on(path)
        await notices.in_place(lambda: draw(**given), back=path.rpartition('/')[0])

    return drawn
