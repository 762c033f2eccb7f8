"""A toast with something to take back: it leaves by itself, and what it offers stays to be had elsewhere."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from desk.errors import DeskError
from pages import notices
from pages.locale import _
from pages.parts.buttons import button
from pages.seat import Seat

SECONDS = 12


def undoable(seat: Seat, text: str, undo: Callable[[], Awaitable[None]]) -> None:
    """Say what was done, with a button 되돌리기."""

    async def press() -> None:
        toast.delete()
        try:
            await undo()
        except DeskError as error:
            notices.tell(error)

    with seat.toasts, ui.element('div').classes('desk-toast').props('role=status') as toast:
        ui.label(text)
        button(_('되돌리기'), press)
        ui.timer(SECONDS, toast.delete, once=True)
