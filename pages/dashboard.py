"""The dashboard at ``/desk/dashboard``: the floor now or at any past second, and the contacts or agents behind each number.

The address holds the second (``at``), the open list (``show``) and the department, so that it can be shared.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments

from desk import clock
from desk.errors import DeskError
from models import AgentStatus, AwayReason
from pages import notices, shell
from pages.component import Component
from pages.locale import _
from pages.parts.floor.agent_dialog import reason_name
from pages.parts.floor.board_agents import AgentList, BoardAgents
from pages.parts.floor.board_alerts import BoardAlerts
from pages.parts.floor.board_contacts import BoardContacts, ContactList
from pages.parts.floor.board_numbers import EVERY, BoardNumbers, number_names, queue_title
from pages.parts.floor.board_time import BoardTime, read_moment, written_moment
from pages.parts.floor.board_today import BoardToday
from pages.parts.floor.board_tools import show_notices, show_walls
from pages.parts.floor.what_if_dialog import show_what_if
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import text_of
from pages.parts.kit.key_map import Keys
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece, filled, options
from pages.parts.kit.status_names import status_names
from pages.shell import Shell
from services.floor.board import SHARES, Board, Listed, Number, Snapshot
from services.floor.live_board import BOARD

DASHBOARD = '/desk/dashboard'
AGENTS = 'agents'
"""The list that is open at first: all agents."""
TODAY = 'today'
"""The chart of the day by quarter hour."""
PUSH_SECONDS = 0.3
OPENS = '(event) => { const made = event.target.closest("[data-open]"); if (made) emit(made.dataset.open) }'


def register(screens: shell.Screens) -> None:
    """Serve the dashboard."""
    screens.add(DASHBOARD, dashboard)


async def dashboard(shell: Shell, at: str = '', show: str = '', department: str = '') -> None:
    """Draw the dashboard. Raises ``NotAllowedError`` for all but supervisors and administrators."""
    with ExitStack() as stack:
        stack.enter_context(shell.services.board.watched(shell.agent))
        with ui.element('div').classes('desk-page'):
            screen = Dashboard(shell, stack.pop_all())
    await screen.open(read_moment(at), show, department)


class Dashboard(Component):
    """The board's numbers above, and below them the list behind the chosen number."""

    def __init__(self, shell: Shell, watching: ExitStack) -> None:
        super().__init__(shell.services.topics)
        self._shell = shell
        self._service = shell.services.board
        self._past: datetime | None = None
        self._wanted = 0
        self._open, self._department = AGENTS, ''
        self._board: Board | None = None
        self._whole: Snapshot | None = None
        self._reasons: Mapping[UUID, str] = {}

        async def leave() -> None:
            watching.close()

        self.at_end(leave)
        self.classes('board')
        with self:
            self._head()
            self._alerts = BoardAlerts(shell, shell.sound)
            with ui.element('section').classes('board-now') as region:
                region.props['aria-label'] = _('현황')
                self._strip = Living().classes('board-strip')
                self._statuses = Living().classes('board-statuses')
                self._table = Living().classes('board-queues')
            self._panel()
        for part in (self._strip, self._statuses, self._table):
            part.on('click', self._pressed, js_handler=OPENS)

    def _panel(self) -> None:
        with ui.element('section').classes('board-panel') as panel:
            panel.props['aria-label'] = _('목록')
            with ui.element('div').classes('board-panel-head'):
                self._title = Piece('h2')
                self._said = Piece('span').classes('desk-sub').props('role=status')
                ui.element('div').classes('desk-spring')
                button(_('오늘'), self._open_today, ButtonStyle.QUIET)
                self._close = button(_('상담원 보기'), lambda: self._choose(AGENTS), ButtonStyle.QUIET)  # fmt: skip
            self._contacts = BoardContacts(self._shell)
            self._agents = BoardAgents(self._shell, on_open=self._choose)
            self._today = BoardToday(self._shell)

    def _head(self) -> None:
        with ui.element('div').classes('desk-page-head board-head'):
            self._departments = Piece('select').classes('desk-input')
            self._departments.props['aria-label'] = _('부서')
            self._departments.on('change', self._narrow, js_handler='(event) => emit(event.target.value)')  # fmt: skip
            self._computed = Piece('span').classes('board-computed').props('aria-live=off')
            self._version = button('', self._explain, ButtonStyle.QUIET)
            ui.element('div').classes('desk-spring')
            self._time = BoardTime(self._shell, self._go)
            self._then = button(_('그때 그 순간'), self._go_back_in_time)
            self._if = button(_('지금 옮기면?'), self._ask_what_if)
            button(_('알림'), self._show_alerts)
            button(_('공지'), lambda: show_notices(self._shell, self._names()))
            button(_('전광판'), lambda: show_walls(self._shell, self._department))

    async def open(self, at: datetime | None, show: str, department: str) -> None:
        """Show the second, list and department of the address, and follow changes."""
        self._shell.keys.use(self._make_keys())
        self.listen(BOARD, lambda _event: self.soon(self._follow, at_most_every=PUSH_SECONDS), draws=False)  # fmt: skip
        reasons: list[AwayReason] = list(
            await self.still(self._shell.services.agent_states.reasons())
        )
        self._reasons = {one.id: reason_name(one) for one in reasons}
        self._open, self._department = show or AGENTS, department
        await self.still(self._go(min(at, clock.now()) if at else None))
        await self._alerts.open(self._names())

    # ---- choosing the second

    async def _go(self, at: datetime | None) -> None:
        """Show the floor at a past second, or now for ``None``. Of several requests only the last one is shown."""
        self._wanted += 1
        wanted = self._wanted
        try:
            if at is None:
                board, whole = await self.still(self._service.now(self._shell.agent))
            else:
                board, whole = await self.still(self._service.at(self._shell.agent, at))
        except DeskError as error:
            notices.tell(error)
            return
        if wanted != self._wanted:
            return
        is_first, was_past = self._board is None, self._past is not None
        self._past, self._board, self._whole = at, board, whole
        self._time.show(at)
        self._then.set_visibility(at is None)
        self._if.set_visibility(at is None)
        self.classes('board-past' if at else '', remove='' if at else 'board-past')
        self._write_address()
        await self._draw(anew=is_first or was_past is not (at is not None))

    async def _follow(self) -> None:
        if self._past is None and self._board is not None:
            self._board, self._whole = await self.still(self._service.moved(self._shell.agent))
            if self._past is None:
                await self._draw(anew=False)

    async def _go_back_in_time(self) -> None:
        await self.still(self._go(self._past or clock.now().replace(microsecond=0)))
        self._time.focus()

    # ---- choosing what is shown

    async def _pressed(self, event: GenericEventArguments) -> None:
        await self._choose(text_of(event))

    async def _choose(self, what: str) -> None:
        """Open the list behind a number; for the one that is open already, the list of all agents."""
        self._open = AGENTS if what == self._open else what
        self._write_address()
        await self._draw(anew=True)

    async def _narrow(self, event: GenericEventArguments) -> None:
        self._department = text_of(event)
        self._write_address()
        await self._draw(anew=True)

    async def _open_number(self, number: Number) -> None:
        self._open = ''
        await self._choose(f'{number}:{EVERY}')

    async def _open_today(self) -> None:
        self._open = ''
        await self._choose(TODAY)

    def _make_keys(self) -> Keys:
        keys = Keys()
        keys.add('KeyW', 'W', _('기다리는 상담'), lambda: self._open_number(Number.WAITING))
        keys.add('KeyP', 'P', _('진행 중인 상담'), lambda: self._open_number(Number.IN_PROGRESS))
        keys.add('KeyJ', 'J', _('다음 상담'), lambda: self._contacts.step(1))
        keys.add('KeyK', 'K', _('이전 상담'), lambda: self._contacts.step(-1))
        keys.add('KeyS', 'S', _('상담 고르기'), self._contacts.pick)
        keys.add('KeyM', 'M', _('고른 상담 배정·이동'), self._contacts.steer)
        keys.add('KeyO', 'O', _('상담 열어 보기'), self._contacts.open)
        keys.add('KeyA', 'A', _('상담원 찾기'), self._find_agent)
        keys.add('KeyD', 'D', _('오늘과 평소'), self._open_today)
        keys.add('KeyG', 'G', _('그래프와 표 바꾸기'), self._today.toggle)
        keys.add('KeyT', 'T', _('그때 그 순간'), self._go_back_in_time)
        keys.add('KeyI', 'I', _('지금 옮기면?'), self._ask_what_if)
        keys.add('Escape', 'Esc', _('처음으로'), self._step_back)
        return keys

    async def _find_agent(self) -> None:
        if not self._is_of_agents():
            await self.still(self._choose(AGENTS))
        self._agents.find()

    async def _step_back(self) -> None:
        if self._open != AGENTS:
            await self._choose(AGENTS)
        elif self._past is not None:
            await self._go(None)

    async def _ask_what_if(self) -> None:
        if self._whole is not None and self._past is None:
            await show_what_if(self._shell, self._whole)

    async def _show_alerts(self) -> None:
        await self._alerts.show_list()

    def _explain(self) -> None:
        if self._board is None:
            return
        short = self._board.ledger.definition.short_seconds
        with dialog.titled(self._shell.dialogs, _('숫자의 정의')) as opened:
            for text in (
                _('서비스 레벨: 목표 시간 안에 응대 ÷ (응대 + 포기). 짧은 포기는 빼고 셉니다.'),
                _('응대율: 응대 ÷ (응대 + 포기 + 짧은 포기).'),
                _('짧은 포기: {seconds}초 안에 나간 고객. 대기 시간은 고객이 온 때부터 셉니다.', seconds=short),
                _('한 상담은 처음 응대되거나 포기한 대기열에서 한 번만 셉니다.'),
                _('평균 처리: (진행 + 후처리 시간) ÷ 끝난 상담. 채팅의 보류 시간은 뺍니다.'),
                _('만족도: 점수의 합 ÷ 평가한 상담. 마지막 상담원에게, 처음 평가한 때에 셉니다.'),
            ):  # fmt: skip
                ui.label(text)
            with ui.element('div').classes('desk-actions'):
                button(_('닫기'), opened.close, ButtonStyle.PRIMARY).props('autofocus')

    def _write_address(self) -> None:
        given = {
            'at': written_moment(self._past) if self._past else '',
            'show': '' if self._open == AGENTS else self._open,
            'department': self._department,
        }
        query = urlencode({name: value for name, value in given.items() if value})
        self._shell.set_address(f'{DASHBOARD}?{query}' if query else DASHBOARD)

    # ---- drawing

    def _is_of_agents(self) -> bool:
        return self._open == AGENTS or self._open.startswith('status:')

    async def _draw(self, *, anew: bool) -> None:
        if self._whole is None or self._board is None:
            return
        snapshot = self._whole.of_department(self._department)
        numbers = BoardNumbers(
            snapshot=snapshot,
            definition=self._board.ledger.definition,
            chosen=self._open,
            until=self._past,
        )
        self._strip.set_inside(numbers.strip())
        self._statuses.set_inside(numbers.agents())
        self._table.set_inside(numbers.table())
        self._draw_head(self._whole)
        is_today = self._open == TODAY
        self._today.set_visibility(is_today)
        self._contacts.set_visibility(not self._is_of_agents() and not is_today)
        self._agents.set_visibility(self._is_of_agents())
        self._close.set_visibility(self._open != AGENTS)
        if is_today:
            self._say(_('오늘'), '')
            if anew:
                await self._today.show()
        elif self._is_of_agents():
            self._draw_agents(snapshot, anew=anew)
        else:
            await self._draw_contacts(self._board, snapshot, anew=anew)

    def _draw_head(self, whole: Snapshot) -> None:
        names = sorted({one.department for one in whole.queues} | {one.agent.department for one in whole.agents})  # fmt: skip
        choices = [('', _('모든 부서')), *((one, _(one)) for one in names)]
        self._departments.set_inside(options(choices, self._department))
        moment = times.full(whole.at) if self._past else times.full(whole.at)[-8:]
        self._computed.set_inside(filled('{text}', text=_('{moment} 기준', moment=moment)))
        self._version.set_inside(filled('{text}', text=_('정의 v{version}', version=whole.version)))

    def _draw_agents(self, snapshot: Snapshot, *, anew: bool) -> None:
        lines, title = list(snapshot.agents), _('상담원')
        if self._open.startswith('status:'):
            status = _status(self._open.partition(':')[2])
            lines = snapshot.with_status(status) if status else []
            title = status_names()[status] if status else title
        self._say(title, _('{count}명', count=len(lines)))
        shown = AgentList(lines=lines, reasons=self._reasons, until=self._past, chosen=self._open)
        self._agents.show(shown, anew=anew)

    async def _draw_contacts(self, board: Board, snapshot: Snapshot, *, anew: bool) -> None:
        title, listed, is_share = self._listed(board, snapshot)
        self._say(title, _('{count}건', count=len(listed)))
        shown = ContactList(
            listed=listed,
            agents=self._names(),
            queues={one.queue_id: queue_title(one) for one in snapshot.queues},
            until=self._past,
            shows_share=is_share,
        )
        await self._contacts.show(shown, anew=anew)

    def _listed(self, board: Board, snapshot: Snapshot) -> tuple[str, list[Listed], bool]:
        """Return the open list's title, its contacts, and whether its number is a percentage."""
        what, _colon, whose = self._open.partition(':')
        if what in {'hand', 'handled', 'rated'}:
            agent = next((one for one in board.agents.values() if str(one.id) == whose), None)
            if agent is None:
                return _('상담'), [], False
            ledger = board.ledger
            name, held = {
                'hand': (_('맡은 상담'), ledger.in_hand(agent.id)),
                'handled': (_('오늘 처리'), ledger.handled(agent.id).contacts),
                'rated': (_('만족도'), ledger.rated(agent.id)),
            }[what]
            listed = sorted((Listed(one, counts=True) for one in held.values()), key=lambda one: one.contact.came_at)  # fmt: skip
            return f'{name} · {agent.name}', listed, False
        if what not in set(Number):
            return _('상담'), [], False
        number = Number(what)
        lines = [one for one in snapshot.queues if whose in (EVERY, str(one.queue_id))]
        where = _('전체') if whose == EVERY else ', '.join(queue_title(one) for one in lines)
        listed = board.contacts(number, [one.queue_id for one in lines])
        return f'{number_names()[number]} · {where}', listed, number in SHARES

    def _names(self) -> dict[UUID, str]:
        return {one.id: one.name for one in self._board.agents.values()} if self._board else {}

    def _say(self, title: str, count: str) -> None:
        self._title.set_inside(filled('{title}', title=title))
        self._said.set_inside(filled('{count}', count=count))


def _status(value: str) -> AgentStatus | None:
    return AgentStatus(value) if value in set(AgentStatus) else None
