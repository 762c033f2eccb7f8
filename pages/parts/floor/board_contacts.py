"""The contacts behind a number of the board: to pick, to steer, and to open read-only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.floor.board_numbers import NOTHING, passed
from pages.parts.floor.join_dialog import take_over, whisper
from pages.parts.floor.steering_dialog import steer
from pages.parts.kit import times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import pair_of
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece, filled
from services.chats.events import ChatCard
from services.floor.board import Listed
from services.floor.ledger import Bucket, FloorContact

WINDOW = 50
"""Rows that are drawn at once."""
PRESS = (
    '(event) => { const made = event.target.closest("[data-pick]"); const row = event.target.closest("[data-row]");'
    ' if (made) emit(["pick", made.dataset.pick]); else if (row && !event.target.closest("a")) emit(["choose", row.dataset.row]) }'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactList:
    """The whole list, the names, and whether it is of the past."""

    listed: Sequence[Listed]
    agents: Mapping[UUID, str]
    queues: Mapping[UUID, str]
    until: datetime | None
    shows_share: bool


class BoardContacts(Component):
    """A window of the list; the keys reach all of it."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self._context = context
        self._list: ContactList | None = None
        self._cards: Mapping[UUID, ChatCard] = {}
        self._callers: Mapping[UUID, str] = {}
        """Of the calls in the list."""
        self._begin = 0
        self._chosen: UUID | None = None
        self._picked: set[UUID] = set()
        self.classes('board-contacts')
        with self:
            with ui.element('div').classes('desk-selection') as self._acts:
                self._said = Piece('span').props('role=status')
                button(_('배정·이동'), self.steer)
                button(_('귓속말'), self.whisper)
                button(_('넘겨받기'), self.take_over)
                button(_('열어 보기'), self.open)
            self._rows = Living().classes('board-rows')
            self._rows.on('click', self._press, js_handler=PRESS)
            with ui.element('div').classes('desk-list-foot'):
                self._back = button(
                    _('앞의 {count}건', count=WINDOW),
                    lambda: self._turn(-WINDOW),
                    ButtonStyle.QUIET,
                )
                self._on = button(
                    _('다음 {count}건', count=WINDOW), lambda: self._turn(WINDOW), ButtonStyle.QUIET
                )
        self._draw()

    async def show(self, shown: ContactList, *, anew: bool) -> None:
        """Show a list; ``anew`` scrolls to the top and chooses the first contact."""
        self._list = shown
        ids = self._ids()
        if anew:
            self._begin, self._picked = 0, set()
            self._chosen = ids[0] if ids else None
        self._picked &= {*ids}
        self._begin = max(0, min(self._begin, (len(ids) - 1) // WINDOW * WINDOW))
        await self._read()

    def step(self, step: int) -> None:
        """Choose the next contact, or the one before."""
        ids = self._ids()
        if not ids:
            return
        at = ids.index(self._chosen) + step if self._chosen in ids else 0
        at = max(0, min(len(ids) - 1, at))
        self._chosen = ids[at]
        if not self._begin <= at < self._begin + WINDOW:
            self._begin = at // WINDOW * WINDOW
            self.start(self._read())
        self._draw()

    def pick(self) -> None:
        """Pick the chosen contact, or unpick it."""
        if self._chosen is not None:
            self._picked ^= {self._chosen}
            self._draw()

    def open(self) -> None:
        """Open the chosen contact read-only."""
        if self._chosen is not None:
            ui.navigate.to(self._address(self._chosen))

    async def steer(self) -> None:
        """Open the steering dialog for the picked contacts, or for the chosen one."""
        if self._list is None or self._list.until is not None:
            return
        wanted = self._picked or ({self._chosen} if self._chosen else set())
        cards = await self.still(
            self._context.services.board.cards(
                self._context.agent, [one for one in self._ids() if one in wanted]
            )
        )
        if cards:
            await steer(self._context, list(cards.values()), why=self._why())

    def whisper(self) -> None:
        """Whisper to the agent of the chosen contact."""
        if (card := self._chosen_card()) is not None:
            whisper(self._context, card)

    def take_over(self) -> None:
        """Take over the chosen contact from its agent."""
        if (card := self._chosen_card()) is not None:
            take_over(self._context, card)

    def _chosen_card(self) -> ChatCard | None:
        """Return the chosen contact; ``None`` on a board of the past, where nothing can be done."""
        is_past = self._list is None or self._list.until is not None
        return None if is_past or self._chosen is None else self._cards.get(self._chosen)

    # ---- drawing

    def _why(self) -> str:
        """Return the suggested reason: the contact waits."""
        by_id = {one.contact.id: one.contact for one in (self._list.listed if self._list else ())}
        contact = by_id.get(self._chosen) if self._chosen else None
        return _('오래 대기') if contact and contact.bucket is Bucket.WAITING else ''

    def _ids(self) -> list[UUID]:
        return [one.contact.id for one in self._list.listed] if self._list else []

    def _window(self) -> Sequence[Listed]:
        listed = self._list.listed if self._list else ()
        return listed[self._begin : self._begin + WINDOW]

    async def _read(self) -> None:
        ids = [one.contact.id for one in self._window()]
        board, watcher = self._context.services.board, self._context.agent
        self._cards = await self.still(board.cards(watcher, ids))
        calls = [one for one in ids if one not in self._cards]
        self._callers = await self.still(board.callers(watcher, calls))
        self._draw()

    async def _turn(self, step: int) -> None:
        self._begin = max(0, self._begin + step)
        await self._read()

    def _press(self, event: GenericEventArguments) -> None:
        what, given = pair_of(event)
        contact_id = next((one for one in self._ids() if str(one) == given), None)
        if contact_id is None:
            return
        self._chosen = contact_id
        if what == 'pick':
            self._picked ^= {contact_id}
        self._draw()

    def _draw(self) -> None:
        shown = self._list
        count = len(shown.listed) if shown else 0
        is_live = shown is not None and shown.until is None
        self._acts.set_visibility(is_live and bool(count))
        self._said.set_inside(
            filled(
                '{text}', text=_('{count}건 고름', count=len(self._picked)) if self._picked else ''
            )
        )
        self._back.set_visibility(self._begin > 0)
        self._on.set_visibility(self._begin + WINDOW < count)
        if shown is None or not count:
            self._rows.set_inside(
                filled('<p class="desk-empty">{text}</p>', text=_('해당하는 상담이 없습니다.'))
            )
            return
        rows = Markup().join(self._row(shown, one) for one in self._window())
        heads = ['', _('고객'), _('대기열'), _('상태'), _('상담원'), _('시작'), _('경과')]
        head = Markup().join(
            filled('<th scope="col">{name}</th>', name=one) if one else filled('<td></td>')
            for one in heads
        )
        self._rows.set_inside(
            filled(
                '<table class="desk-table board-list" aria-label="{label}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>',
                label=_('숫자에 해당하는 상담'),
                head=head,
                rows=rows,
            )
        )

    def _row(self, shown: ContactList, listed: Listed) -> Markup:
        contact, card = listed.contact, self._cards.get(listed.contact.id)
        caller = self._callers.get(contact.id) or _('알 수 없는 고객')
        name = card.visitor_name if card else caller
        agent_id = contact.agent_id or contact.rings_at_id
        return filled(
            '<tr data-key="{id}" data-row="{id}"{current}><td>{pick}</td><td><a href="{address}">{name}</a></td><td>{queue}</td>'
            '<td>{state}{counts}</td><td>{agent}</td><td><time title="{full}">{hour}</time></td><td>{clock}</td></tr>',
            id=contact.id,
            current=Markup(' aria-current="true"') if contact.id == self._chosen else '',
            pick=self._pick_button(contact.id, name) if shown.until is None else '',
            address=self._address(contact.id),
            name=name,
            queue=shown.queues.get(contact.queue_id, '') if contact.queue_id else '',
            state=_state(contact) + _score(contact),
            counts=_counts(listed) if shown.shows_share else '',
            agent=shown.agents.get(agent_id, '') if agent_id else '',
            full=times.full(contact.came_at),
            hour=times.hour(contact.came_at),
            clock=_clock(contact, shown.until),
        )

    def _pick_button(self, contact_id: UUID, name: str) -> Markup:
        is_picked = contact_id in self._picked
        return filled(
            '<button type="button" class="desk-pick" data-pick="{id}" aria-pressed="{pressed}" aria-label="{label}"><i class="material-icons" aria-hidden="true">{icon}</i></button>',
            id=contact_id,
            pressed='true' if is_picked else 'false',
            label=_('{name} 고르기', name=name),
            icon='check_box' if is_picked else 'check_box_outline_blank',
        )

    def _address(self, contact_id: UUID) -> str:
        is_past = self._list is not None and self._list.until is not None
        card = self._cards.get(contact_id)
        is_over = card is None or (not card.is_open and card.end_time is not None)
        return f'/desk/history/{contact_id}' if is_past or is_over else f'/desk/chats/{contact_id}'


def _state(contact: FloorContact) -> str:
    if contact.rings_at_id is not None:
        return _('호출 중')
    names = {
        Bucket.WAITING: _('대기'),
        Bucket.IN_PROGRESS: _('진행'),
        Bucket.ON_HOLD: _('status.on_hold'),
        Bucket.WRAP_UP: _('후처리'),
    }
    if contact.bucket is None:
        is_gone = contact.outcome in (Bucket.ABANDONED, Bucket.SHORT)
        return _('포기') if is_gone else _('종료')
    return names[contact.bucket]


def _score(contact: FloorContact) -> str:
    return '' if contact.score is None else f' · {_("{score}점", score=contact.score)}'


def _counts(listed: Listed) -> Markup:
    word = _('충족') if listed.counts else _('미충족')
    sign = '▲' if listed.counts else '▼'
    return filled(
        ' <span class="desk-sub"><i class="board-band" data-band="{look}" aria-hidden="true">{sign}</i>{word}</span>',
        look='good' if listed.counts else 'poor',
        sign=sign,
        word=word,
    )


def _clock(contact: FloorContact, until: datetime | None) -> Markup | str:
    """Return how long a contact has waited, or been in its state; for an ended one how long its customer waited."""
    if contact.bucket is None:
        if contact.waited_seconds is None:
            return NOTHING
        return _('대기 {length}', length=times.length(timedelta(seconds=contact.waited_seconds)))
    since = contact.came_at if contact.bucket is Bucket.WAITING else contact.since
    return passed(since, until=until)
