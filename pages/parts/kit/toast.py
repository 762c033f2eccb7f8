"""A toast with an undo button: it disappears by itself, and the undo stays available elsewhere."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from desk.errors import DeskError
from pages import notices
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import button
from pages.web import current_screen

SECONDS = 12


def undoable(context: PageContext, text: str, undo: Callable[[], Awaitable[None]]) -> None:
    """Show what was done, with a button 되돌리기."""

    async def press() -> None:
        toast.delete()
        try:
            await undo()
        except DeskError as error:
            notices.tell(error)

    with context.toasts, ui.element('div').classes('desk-toast').props('role=status') as toast:
        current_screen.mark_as_here(toast)
        ui.label(text)
        button(_('되돌리기'), press)
        ui.timer(SECONDS, toast.delete, once=True)
