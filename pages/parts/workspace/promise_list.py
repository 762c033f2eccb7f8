"""약속 above the inbox: the agent's open promises, and those of the department that have no owner."""

from collections.abc import Callable
from functools import partial

from nicegui import ui

from desk.events import Event
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.promise_words import due, line
from pages.parts.workspace.promise_dialog import open_promise
from services.contacts.promise_view import PromiseDue, PromiseView, topics_for
from services.contacts.promises import PromiseList as Listed

DRAW_SECONDS = 0.25
MOST = 5


class PromiseList(Component):
    """The promises due first; one opens by a press or by a key. Hidden when there is none."""

    def __init__(self, context: PageContext, *, on_due: Callable[[], None]) -> None:
        super().__init__(context.services.topics)
        self._context, self._on_due = context, on_due
        self._first: PromiseView | None = None
        self.classes('desk-promise-list')
        self.refresh()

    def refresh(self) -> None:
        """Read the promises again: the agent's department may have changed."""
        self.stop_listening()
        self.listen(topics_for(self._context.agent), self._hear)
        self.start(self._read())

    async def open_first(self) -> None:
        """Open the promise that is due first."""
        if self._first is not None:
            await open_promise(self._context, self._first.id)

    def _hear(self, event: Event) -> None:
        if isinstance(event, PromiseDue):
            self._tell(event)
        self.soon(self._read, at_most_every=DRAW_SECONDS)

    def _tell(self, event: PromiseDue) -> None:
        words = {'time': due(event.due_at), 'name': event.customer, 'body': event.body}
        notices.news(
            _('약속 시간입니다: {time} {name} 님 · {body}', **words)
            if event.owner_id is not None
            else _('담당자 없는 약속의 시간입니다: {time} {name} 님 · {body}', **words)
        )
        self._on_due()

    async def _read(self) -> None:
        listed = await self.still(self._context.services.promises.mine(self._context.agent))
        self._first = next(iter([*listed.own, *listed.unowned]), None)
        self.clear()
        if self._first is None:
            return
        with self, ui.element('nav') as place:
            place.props['aria-label'] = _('약속')
            self._draw(listed)

    def _draw(self, listed: Listed) -> None:
        title = _('약속 {count}').format(count=len(listed.own))
        numbers = _('오늘 지킴 {kept} · 못 지킴 {broken}', kept=listed.kept, broken=listed.broken)
        Piece(
            inside=filled(
                '<strong>{title}</strong> <span class="desk-sub">{numbers}</span>',
                title=title,
                numbers=numbers,
            )
        )
        self._rows(listed.own)
        if listed.unowned:
            ui.label(_('담당자 없는 약속 {count}').format(count=len(listed.unowned)))
            self._rows(listed.unowned)

    def _rows(self, promises: list[PromiseView]) -> None:
        for promise in promises[:MOST]:
            row = Piece('button', inside=line(promise)).props('type=button')
            row.classes('desk-promise').on(
                'click', partial(open_promise, self._context, promise.id), args=[]
            )
        if len(promises) > MOST:
            ui.label(_('외 {count}건', count=len(promises) - MOST)).classes('desk-sub')
