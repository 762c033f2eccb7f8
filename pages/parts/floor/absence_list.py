"""상담원이 없는 상담: chats of agents who disconnected, shown to supervisors with a button to reassign them."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from nicegui import ui

from desk import clock
from desk.events import Event, Resync
from models import AgentStatus
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.floor.steering_dialog import steer
from pages.parts.kit.buttons import button
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.status_names import status_names
from services.chats.events import EVERY_QUEUE
from services.floor.absences import Absence
from services.floor.events import Deed
from services.people.events import EVERY_AGENT, AgentStatusChanged

READ_SECONDS = 0.5
GONE = (AgentStatus.DISCONNECTED, AgentStatus.OFFLINE)


class AbsenceList(Component):
    """The disconnected agents with open chats; hidden when there is none, and for everybody but supervisors."""

    def __init__(self, context: PageContext, *, on_news: Callable[[], None]) -> None:
        super().__init__(context.services.topics)
        self._context, self._on_news = context, on_news
        self._told: list[Absence] = []
        self._gone: set[UUID] = set()
        self.classes('desk-absences').props('aria-live=assertive')
        self.refresh()

    def refresh(self) -> None:
        """Start or stop, depending on whether the reader is a supervisor now."""
        self.stop_listening()
        self._told = []
        self.clear()
        if self._context.agent.is_supervisor:
            self.listen((EVERY_AGENT, EVERY_QUEUE), self._hear, draws=False)
            self.start(self._read())

    def _hear(self, event: Event) -> None:
        if isinstance(event, AgentStatusChanged):
            is_news = event.status in GONE or event.agent_id in self._gone
        else:  # a chat was moved, or events were missed
            is_news = bool(self._gone) or isinstance(event, Resync)
        if is_news:
            self.within(READ_SECONDS, self._read)

    async def _read(self) -> None:
        if not self._context.agent.is_supervisor:
            return
        found = await self.still(self._context.services.absences.now(self._context.agent))
        self._gone = {one.agent_id for one in found}
        pending = [one.told_at for one in found if not one.is_told]
        if pending:  # no event marks the end of the second grace period
            seconds = (min(pending) - clock.now()).total_seconds()
            self.after(max(READ_SECONDS, seconds), self._read_when_due)
        told = [one for one in found if one.is_told]
        if told == self._told:
            return
        is_news = {one.agent_id for one in told} - {one.agent_id for one in self._told}
        self._told = told
        self._draw()
        if is_news:
            self._on_news()

    async def _read_when_due(self) -> None:
        await self._read()  # a separate timer: further events are not delayed

    def _draw(self) -> None:
        self.clear()
        if not self._told:
            return
        with self, ui.element('section').props('role=region') as region:
            region.props['aria-label'] = _('상담원이 없는 상담')
            for absence in self._told:
                self._row(absence)

    def _row(self, absence: Absence) -> None:
        names = ', '.join(chat.visitor_name for chat in absence.chats[:3])
        inside = filled(
            '<b>{agent}</b> {state} <time data-since="{since}"></time> <span>{count}</span> <span class="desk-sub">{names}</span>',
            agent=absence.name,
            state=status_names()[absence.status],
            since=int(absence.since.timestamp() * 1000),
            count=_('상담 {count}건', count=len(absence.chats)),
            names=names,
        )
        with ui.element('div').classes('desk-absence'):
            Piece(inside=inside)
            move = partial(steer, self._context, absence.chats, first=Deed.MOVED)
            button(_('옮기기'), move)
