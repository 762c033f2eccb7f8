"""그때 그 순간: the clock and slider that set the board to a past second, and back."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from nicegui import ui
from nicegui.events import GenericEventArguments

from desk import clock
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import text_of
from pages.parts.kit.markup import Piece

VALUE = '(event) => emit(event.target.value)'
DAY_SECONDS = 86_400
SECOND_DIGITS = 5
"""Of the last second of a day."""
FIRST_YEAR = 2000
"""Definitions of figures begin here; earlier years are typing errors."""
Go = Callable[[datetime | None], Awaitable[None]]


def read_moment(text: str) -> datetime | None:
    """Return a time from an address or a field, in Seoul when it names no zone.

    ``None`` for any other text, and for a year in which no desk has recorded anything.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.year < FIRST_YEAR:
        return None
    return at if at.tzinfo else at.replace(tzinfo=clock.SEOUL)


def written_moment(at: datetime) -> str:
    """Return a time as an address and a field hold it."""
    return f'{at.astimezone(clock.SEOUL):%Y-%m-%dT%H:%M:%S}'


class BoardTime(Component):
    """The second that the board shows. Hidden on the live board."""

    def __init__(self, context: PageContext, go: Go) -> None:
        super().__init__(context.services.topics)
        self._go = go
        self._at: datetime | None = None
        self.classes('board-time').props('role=group')
        self.props['aria-label'] = _('그때 그 순간')
        with self:
            self._field = Piece('input').classes('desk-input').props('type=datetime-local step=1')
            self._field.props['aria-label'] = _('날짜와 시각')
            self._field.on('change', self._typed, js_handler=VALUE)
            self._slider = Piece('input').classes('board-slider').props('type=range min=0 step=1')
            self._slider.props['max'] = DAY_SECONDS - 1
            self._slider.props['aria-label'] = _('하루 중 시각')
            self._slider.on('input', self._slid, js_handler=VALUE, throttle=0.2)
            for text, seconds in (
                (_('1분 전'), -60),
                (_('1초 전'), -1),
                (_('1초 뒤'), 1),
                (_('1분 뒤'), 60),
            ):
                button(text, partial(self._step, seconds), ButtonStyle.QUIET)
            button(_('지금으로'), self._back)
        self.show(None)

    def show(self, at: datetime | None) -> None:
        """Show the board's second."""
        self._at = at
        self.set_visibility(at is not None)
        if at is not None:
            there = at.astimezone(clock.SEOUL)
            second = there.hour * 3600 + there.minute * 60 + there.second
            self._field.props['value'] = written_moment(at)
            self._field.props['max'] = written_moment(clock.now())
            self._slider.props['value'] = second
            self._slider.props['aria-valuetext'] = f'{there:%H:%M:%S}'
            self._field.update()
            self._slider.update()

    def focus(self) -> None:
        """Put the keyboard focus on the slider."""
        ui.run_javascript('document.querySelector(".board-slider")?.focus()')

    async def _typed(self, event: GenericEventArguments) -> None:
        if (at := read_moment(text_of(event))) is not None:
            await self._go_to(at)

    async def _slid(self, event: GenericEventArguments) -> None:
        second = text_of(event)
        is_second = second.isascii() and second.isdecimal() and len(second) <= SECOND_DIGITS
        if self._at is not None and is_second:
            there = self._at.astimezone(clock.SEOUL)
            midnight = there.replace(hour=0, minute=0, second=0, microsecond=0)
            await self._go_to(midnight + timedelta(seconds=int(second)))

    async def _step(self, seconds: int) -> None:
        if self._at is not None:
            await self._go_to(self._at + timedelta(seconds=seconds))

    async def _go_to(self, at: datetime) -> None:
        await self._go(min(at, clock.now()))

    async def _back(self) -> None:
        await self._go(None)
