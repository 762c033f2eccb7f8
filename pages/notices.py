"""Messages to the person at a page: ``tell`` for an expected error, ``done`` for a success."""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from weakref import WeakKeyDictionary

from nicegui import Client, context, ui

from desk import request_ids
from desk.errors import DeskError, UpstreamError
from pages.locale import _, language, sentence

HOME = '/desk'
QUIET_SECONDS = 60.0
"""An error that many parts of a page meet at once is shown once in this time."""
_said: WeakKeyDictionary[Client, dict[str, float]] = WeakKeyDictionary()


def tell(error: DeskError) -> None:
    """Show an error in the reader's language until it is closed."""
    stay(sentence(language(), error))


def done(text: str) -> None:
    """Show a success for some seconds."""
    ui.notify(text, type='positive', position='top', timeout=2500)


def apologise(error: Exception) -> None:
    """Show an error of background work; an unexpected one is only apologised for, and is in the log."""
    if isinstance(error, DeskError):
        stay_once(sentence(language(), error))
    else:
        stay_once(numbered(_('예상하지 못한 문제가 생겼습니다. 입력한 내용은 그대로 있습니다.')))


def numbered(text: str) -> str:
    """Return a sentence on an unexpected error with the number under which the log has it."""
    request_id = request_ids.current()
    if not request_id:
        return text
    return f'{text} {_("문의할 때 알려 주실 번호")}: {request_id}'


def stay_once(text: str) -> None:
    """Show a message until it is closed; the same message within ``QUIET_SECONDS`` is not shown again."""
    said = _said.setdefault(context.client, {})
    now = time.monotonic()
    if now - said.get(text, -QUIET_SECONDS) >= QUIET_SECONDS:
        said[text] = now
        stay(text)


async def in_place(draw: Callable[[], Awaitable[None]], *, back: str = '') -> None:
    """Draw something; a ``DeskError`` is shown in its place, with a way on.

    Args:
        draw: draws it.
        back: the address that the error links to; empty for a part of a screen.
    """
    try:
        await draw()
    except DeskError as error:
        show_error(error, back=back, draw=draw)


def show_error(
    error: DeskError, *, back: str = '', draw: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Show an error in the place of what could not be drawn; after an ``UpstreamError`` a button draws it again."""
    with ui.element('div').classes('desk-empty desk-stands').props('role=alert') as said:
        ui.label(sentence(language(), error))
        if isinstance(error, UpstreamError) and draw is not None:
            again = partial(_draw_again, said, draw, back)
            ui.button(_('다시 시도'), on_click=again, color=None).props('flat no-caps').classes(
                'desk-button'
            )
        elif back:
            ui.link(_('목록으로') if back != HOME else _('처음으로'), back).classes('desk-button')


async def _draw_again(said: ui.element, draw: Callable[[], Awaitable[None]], back: str) -> None:
    said.set_visibility(False)
    if said.parent_slot is not None:
        with said.parent_slot:
            await in_place(draw, back=back)
    said.delete()


def news(text: str) -> None:
    """Show another person's action until it is closed."""
    ui.notify(text, type='info', position='top', timeout=0, close_button=_('닫기'))


def stay(text: str) -> None:
    """Show an error message until it is closed."""
    ui.notify(text, type='negative', position='top', timeout=0, close_button=_('닫기'))
