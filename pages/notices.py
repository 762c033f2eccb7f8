"""The one way to tell a person what happened: ``tell`` for an expected error, ``done`` for a success."""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from weakref import WeakKeyDictionary

from nicegui import Client, context, ui

from desk.errors import DeskError, UpstreamError
from pages.locale import _, language, sentence

HOME = '/desk'
QUIET_SECONDS = 60.0
"""What many parts of a page run into at once is one thing to its reader."""
_said: WeakKeyDictionary[Client, dict[str, float]] = WeakKeyDictionary()


def tell(error: DeskError) -> None:
    """Say what went wrong, in the reader's language; it stays until it is read."""
    stay(sentence(language(), error))


def done(text: str) -> None:
    """Say what was done; it leaves by itself."""
    ui.notify(text, type='positive', position='top', timeout=2500)


def apologise(error: Exception) -> None:
    """Say what went wrong where nobody asked; of what is unexpected the log has more."""
    if isinstance(error, DeskError):
        stay_once(sentence(language(), error))
    else:
        stay_once(_('예상하지 못한 문제가 생겼습니다. 입력한 내용은 그대로 있습니다.'))


def stay_once(text: str) -> None:
    """Say something that stays until it is read; the same again within ``QUIET_SECONDS`` is not said again."""
    said = _said.setdefault(context.client, {})
    now = time.monotonic()
    if now - said.get(text, -QUIET_SECONDS) >= QUIET_SECONDS:
        said[text] = now
        stay(text)


async def in_place(draw: Callable[[], Awaitable[None]], *, back: str = '') -> None:
    """Draw something; when it is not there or cannot be read, say so in its place, with a way on.

    Args:
        draw: draws it.
        back: the address to go on from when it is not there; a part of a screen has none.
    """
    try:
        await draw()
    except DeskError as error:
        stand(error, back=back, draw=draw)


def stand(
    error: DeskError, *, back: str = '', draw: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Say why something is not there, in its place; what was only away can be drawn again."""
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
    """Say what somebody else did; it stays until it is read."""
    ui.notify(text, type='info', timeout=0, close_button=_('닫기'))


def stay(text: str) -> None:
    """Say something that stays until it is read."""
    ui.notify(text, type='negative', position='top', timeout=0, close_button=_('닫기'))
