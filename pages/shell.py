"""The frame around every screen: rail, top bar, sounds, clocks, keys, and who is signed in."""

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
from pages.parts.kit import dialog
from pages.parts.kit.away import Away
from pages.parts.kit.clock import Clocks, ClockUnits
from pages.parts.kit.error_report import ErrorReport
from pages.parts.kit.key_map import KeyMap, Keys
from pages.parts.kit.link_badge import LinkBadge, LinkBadgeLabels
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.sound import Sound, SoundState
from pages.parts.kit.sound_settings import sound_settings
from pages.web import gate, places
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
    '<link rel="stylesheet" href="/static/calls.css">'
)

Draw = Callable[..., Awaitable[None]]


class Home(Protocol):
    """The screen that a page keeps."""

    keys: Keys

    async def open(self) -> None:
        """Draw it and keep it current."""
        ...

    async def go_on(self) -> None:
        """Show what the person may see from now on: that has changed."""
        ...


NAME_FIELDS = frozenset({'first_name', 'last_name'})
BUILD_SECONDS = 30.0
"""After a restart every browser asks for its page at once: one that has to wait its turn is late, not broken."""


class Screens:
    """Every screen of the desk, by path. One page serves them all: whoever goes from one to another stays on it."""

    def __init__(self, services: Services, softphone: Softphone | None = None) -> None:
        self.services = services
        self.softphone = softphone
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

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that is served, with names in braces."""
        return (*self.home_paths, *self.others, *self._below)

    def serve(self) -> None:
        """Serve them, now that all are there."""

        async def page(request: Request) -> None:
            await Shell(self, request).open()

        for path in self.paths:
            ui.page(path, response_timeout=BUILD_SECONDS)(page)


class Shell(PageContext):
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
        self._go_on: Callable[[], bool] | None = None
        gate.remember(context.client, self.staff)
        gate.watch_session(self.services, self.staff, self._person_changed)
        self._be_present()

    async def open(self) -> None:
        """Draw the frame, and into it the screen that the address names."""
        self._frame()
        with self._main:
            # In this order: what is looked for on a page is first met in what is seen.
            self._other_place = ui.element('div').classes('desk-screen')
            self._home_place = ui.element('div').classes('desk-screen')
            places.mark(self._home_place, self._screens.home_paths[0])
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
            else:  # nobody sees it yet, but it must be able to ring
                background_tasks.create(self._home.open(), context=self._home_place)

    def _be_present(self) -> None:
        """Let this page count as a sign that its agent is there, while its browser is connected."""
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
        """Tell the screen that is seen where its own address goes, until another screen is seen."""
        self._follow = follow

    def go_on_by(self, go_on: Callable[[], bool]) -> None:
        """Ask the screen that is seen to go on by itself when what its person may see changes.

        ``go_on`` returns whether it could. A screen that is not asked, or cannot, is drawn anew from its address.
        """
        self._go_on = go_on

    def set_address(self, path: str) -> None:
        """Write another address for what is seen already: one to share, reload and come back to."""
        self._router.current_path = path
        ui.navigate.history.replace(path)

    # ---- going from screen to screen

    def _went(self, path: str) -> None:
        """Show the screen of a path; its keys and no others act."""
        bare = urlsplit(path).path
        screens = self._screens
        places.show(context.client, bare, screens.paths, otherwise=screens.home_paths[0])
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
            way.props['href'] = '/desk' if at_home else self._last_home  # back to the chat in hand
        if at_home:
            self._last_home = path
        self._name(path)

    def _leave_screen(self) -> None:
        self._follow = self._go_on = None
        self.search.take_back()

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

    # ---- the person who sits here

    async def _person_changed(self, fields: frozenset[str]) -> None:
        """Show what the person's row says now; what they may no longer see says so in its place."""
        self.status.show(event_of(self.agent))
        if not decides_authority(fields) and fields.isdisjoint(NAME_FIELDS):
            return
        self._draw_rail()
        self._name(self._router.current_path)
        if decides_authority(fields):
            log.info('authority_changed', agent_id=str(self.agent.id), fields=sorted(fields))
            background_tasks.create(self._home.go_on(), context=self._home_place)
            self._go_on_elsewhere()

    def _go_on_elsewhere(self) -> None:
        if self._is_home(self._router.current_path) or (self._go_on and self._go_on()):
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
        ErrorReport(reader=str(self.agent.id))
        Away()
        Clocks(ClockUnits(hour=_('시간'), minute=_('분')), now=clock.now())
        self.dialogs = ui.element(
            'div'
        )  # dialogs are drawn here on demand and cleared when they close
        self.toasts = ui.element('div').classes('desk-toasts')
        self.offers = ui.element('div').classes('desk-offers')  # chats that ring at this agent
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
            self._main = ui.element('div').classes('desk-main')  # the page around it is the <main>

    def _draw_call_bar(self) -> None:
        """Draw the bar of who takes calls; without Connect, and for others, there is none."""
        softphone = self._screens.softphone
        directory = self.services.connect_directory
        if softphone is not None and softphone.is_for(self.agent, directory):
            needs_microphone = softphone.has_audio()
            CallBar(self, keys=self.keys, sound=self.sound, needs_microphone=needs_microphone)

    @property
    def has_voice(self) -> bool:
        """Whether this desk has a softphone for anybody."""
        return self._screens.softphone is not None

    def _draw_rail(self) -> None:
        """Draw the ways to the screens that are for this person."""
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
                'volume_up', _('소리'), lambda: sound_settings(self.dialogs, self.sound)
            )
            self._show_sound(self.sound.state)
            self._rail_button('keyboard', _('단축키'), self.keys.show)
            self._rail_button('account_circle', self.agent.name, self._profile)

    def _rail_button(self, icon: str, text: str, act: Callable[[], None]) -> Piece:
        made = Piece('button', inside=_rail_item(icon, text)).classes('desk-rail-item')
        return made.props('type=button').on('click', act)

    def _show_sound(self, state: SoundState) -> None:
        """Say on its button why nothing will be heard, if nothing will."""
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
            path='/desk/dashboard',
            icon='dashboard',
            text=_('대시보드'),
            roles=(AgentRole.SUPERVISOR, AgentRole.ADMIN),
        ),
        RailEntry(
            path='/desk/audit', icon='verified_user', text=_('감사'), roles=(AgentRole.ADMIN,)
        ),
        RailEntry(path='/desk/settings', icon='settings', text=_('설정'), roles=(AgentRole.ADMIN,)),
    ]


def _rail_item(icon: str, text: str) -> Markup:
    return filled(
        '<i class="material-icons" aria-hidden="true">{icon}</i><span>{text}</span>',
        icon=icon,
        text=text,
    )


def _in_place(path: str, draw: Draw) -> Draw:
    """Let a screen that cannot be drawn say why in its place; what is done in it is done on its path."""

    @wraps(draw)  # NiceGUI reads from the signature what it wants of path and query
    async def drawn(**given: Any) -> None:
        places.mark(context.slot.parent, path)
        places.act_on(path)
        await notices.in_place(lambda: draw(**given), back=path.rpartition('/')[0])

    return drawn
