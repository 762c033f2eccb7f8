"""The control page: the live centre, and every action of the JSON API, for people.

Served at ``/_sandbox/control/``. Redrawn at most twice a second; unchanged parts are not sent.
"""

from copy import copy
from functools import partial
from pathlib import Path

import structlog
from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from markupsafe import Markup
from nicegui import app as nicegui_app
from nicegui import ui

from desk import clock
from desk.sandbox.connect.aws.app import AwsSide
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control.detail import AgentDetail, ContactDetail
from desk.sandbox.connect.control.elements import Piece, button, filled
from desk.sandbox.connect.control.floor import Floor
from desk.sandbox.connect.control.forms import CustomerForm, FaultForm, StateForm, told
from desk.sandbox.connect.control.load.player import Player
from desk.sandbox.connect.control.load_form import LoadForm
from desk.sandbox.connect.control.open_page import OpenPage
from desk.sandbox.connect.control.panels import AgentPanel, ContactPanel, QueuePanel
from desk.sandbox.connect.control.tabs import Tabs
from desk.sandbox.connect.control.words import Words, language_of

log = structlog.get_logger()

PATH = '/control'
STATIC = Path(__file__).parent / 'static'
HEAD = '<link rel="stylesheet" href="/_sandbox/static/control.css">'
THEMES = {
    'light': '<script>document.documentElement.dataset.theme = "light"</script>',
    'dark': '<script>document.documentElement.dataset.theme = "dark"</script>',
}
STEPS = {'+10초': 10, '+1분': 60, '+1시간': 3600}
DRAW_SECONDS = 0.5
RECONNECT_SECONDS = 15.0
EMPTY = '컨택을 고르면 통화 구간과 대화가 여기에 보입니다.'


def register(app: FastAPI, centre: Centre, aws: AwsSide, player: Player) -> None:
    """Serve the page in ``app``, sharing its life cycle."""
    floor = Floor(centre)
    app.mount('/static', StaticFiles(directory=STATIC))

    @ui.page('/')
    def control(request: Request) -> None:
        words = Words(language_of(request))
        _dress(request, words)
        ControlPage(OpenPage(centre, aws, player, floor, words), request)

    # The page makes no XHR calls, so NiceGUI's loading bar would never apply.
    nicegui_app.config.quasar_config['loadingBar']['skipHijack'] = True
    nicegui_app.on_exception(lambda error: log.error('sandbox_page_failed', exc_info=error))
    ui.run_with(
        app,
        mount_path=PATH,
        title='Connect in a box',
        favicon='☎️',
        dark=None,
        binding_refresh_interval=None,
        reconnect_timeout=RECONNECT_SECONDS,
        tailwind=False,
        show_welcome_message=False,
    )


class ControlPage:
    """One open page, drawn."""

    def __init__(self, page: OpenPage, request: Request) -> None:
        self._page = page
        self._chosen_contact = self._chosen_agent = ''
        w = page.words
        ui.on_exception(lambda _: ui.notify(w('예상하지 못한 문제가 생겼습니다.'), type='negative'))
        with ui.element('div').classes('box'):
            self._top(request)
            with self._pane(w('고객이 되어')):
                self._tabs()
            with self._pane(w('진행 중인 컨택')):
                self._title(w('큐'))
                self._queues = QueuePanel(w)
                self._title(w('진행 중인 컨택'))
                self._contacts = ContactPanel(w, self._choose_contact)
            with self._pane(w('상담원')):
                with ui.element('div').classes('box-part box-part-half'):
                    self._title(w('상담원'))
                    self._agents = AgentPanel(w, self._choose_agent)
                with ui.element('div').classes('box-part box-part-half'):
                    self._title(w('상세'))
                    self._details()
        page.drawn_after = self.draw
        self.draw()
        ui.timer(DRAW_SECONDS, self.draw)

    def draw(self) -> None:
        """Show the current floor."""
        floor = self._page.floor.view()
        self._queues.show(floor)
        self._agents.show(floor, self._chosen_agent)
        self._contacts.show(floor, self._chosen_contact)
        held = f' ({self._clock_words()})' if floor.is_held else ''
        now = floor.now.astimezone(clock.SEOUL)
        self._clock.show(filled('{now}{held}', now=f'{now:%Y-%m-%d %H:%M:%S}', held=held))
        self._clock.put('data-held', 'true' if floor.is_held else None)
        self._hold.show(
            filled('{text}', text=self._page.words('진행' if floor.is_held else '멈춤'))
        )
        self._show_faults()
        self._load.show()
        self._show_chosen()

    def _top(self, request: Request) -> None:
        w, instance = self._page.words, self._page.centre.world.state.instance
        with ui.element('header').classes('box-top'):
            Piece('h1', '', filled('{title}', title=w('컨택센터 시뮬레이터')))
            ui.label(f'{instance.alias} · {instance.region}').classes('box-sub')
            ui.element('div').classes('box-spring')
            self._fault_count = Piece('span', 'box-sub')
            self._clock = Piece('span', 'box-clock')
            self._clock.put('title', w('시뮬레이션 시각'))
            self._hold = button('', self._toggle_clock)
            for text, seconds in STEPS.items():
                button(w(text), partial(self._move_clock, seconds))
            Piece('nav', 'box-links', self._links(request))

    def _links(self, request: Request) -> Markup:
        w = self._page.words
        other = 'ko' if w.language == 'en' else 'en'
        theme = request.query_params.get('theme', '')
        following = 'light' if theme == 'dark' else 'dark'
        return filled(
            '<a href="/_sandbox/docs">{api}</a><a href="?lang={other}&theme={theme}" lang="{other}">{language}</a>'
            '<a href="?lang={lang}&theme={following}">{look}</a>',
            api=w('API 문서'),
            other=other,
            theme=theme,
            language=w('English'),
            lang=w.language,
            following=following,
            look=w('밝게' if theme == 'dark' else '어둡게'),
        )

    def _pane(self, name: str) -> ui.element:
        pane = ui.element('section').classes('box-pane')
        pane.props['aria-label'] = name
        return pane

    def _title(self, text: str) -> None:
        Piece('h2', 'box-title', filled('{text}', text=text))

    def _tabs(self) -> None:
        w = self._page.words
        tabs = Tabs(
            {'customer': w('고객'), 'faults': w('장애'), 'load': w('부하'), 'state': w('보관')}
        )
        with tabs.panel('customer'):
            CustomerForm(self._page)
        with tabs.panel('faults'):
            self._faults = FaultForm(self._page)
        with tabs.panel('load'):
            self._load = LoadForm(self._page)
        with tabs.panel('state'):
            StateForm(self._page)

    def _details(self) -> None:
        with ui.element('div').classes('box-list'):
            self._nothing = ui.label(self._page.words(EMPTY)).classes('box-empty')
            with ui.element('div') as self._contact_box:
                self._contact = ContactDetail(self._page)
            with ui.element('div') as self._agent_box:
                self._agent = AgentDetail(self._page)

    def _show_chosen(self) -> None:
        floor = self._page.floor.view()
        contact = self._page.contact(self._chosen_contact)
        agent = next((a for a in floor.agents if a.username == self._chosen_agent), None)
        self._contact_box.set_visibility(contact is not None)
        self._agent_box.set_visibility(agent is not None)
        self._nothing.set_visibility(contact is None and agent is None)
        if contact:
            self._contact.show(contact, floor)
        if agent:
            self._agent.show(agent)

    def _clock_words(self) -> str:
        w, progress = self._page.words, self._page.player.progress
        if progress.plan and self._page.player.is_playing:
            return w('{speed}배속', speed=f'{progress.plan.speed:g}')
        return w('멈춰 있음')

    def _show_faults(self) -> None:
        w, count = self._page.words, len(told(self._page.centre.faults.plan, self._page))
        text = w('장애 {count}', count=count) if count else w('장애 없음')
        self._fault_count.show(filled('{text}', text=text))
        self._faults.show()

    def _choose_contact(self, contact_id: str) -> None:
        self._chosen_contact, self._chosen_agent = contact_id, ''
        self.draw()

    def _choose_agent(self, username: str) -> None:
        self._chosen_contact, self._chosen_agent = '', username
        self.draw()

    def _move_clock(self, seconds: int) -> None:
        self._page.do(lambda: self._page.move_clock(seconds))

    def _toggle_clock(self) -> None:
        clock_ = self._page.centre.clock
        self._page.do(clock_.release if clock_.is_held else clock_.hold)


def _dress(request: Request, words: Words) -> None:
    """Set the page's stylesheet, theme and language."""
    ui.add_head_html(HEAD)
    if theme := THEMES.get(request.query_params.get('theme', '')):
        ui.add_head_html(theme)
    client = ui.context.client
    client.page = copy(client.page)  # the page object is shared, the language is this reader's
    client.page.language = 'en-US' if words.language == 'en' else 'ko-KR'
