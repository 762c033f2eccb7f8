"""The one way to tell a person what happened: ``tell`` for an expected error, ``done`` for a success."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from desk.errors import DeskError
from pages.locale import _, language, sentence


def tell(error: DeskError) -> None:
    """Say what went wrong, in the reader's language; it stays until it is read."""
    _stay(sentence(language(), error))


def done(text: str) -> None:
    """Say what was done; it leaves by itself."""
    ui.notify(text, type='positive', timeout=2500)


def apologise(_error: Exception) -> None:
    """Say that something unexpected went wrong; the log has what."""
    _stay(_('예상하지 못한 문제가 생겼습니다. 입력한 내용은 그대로 있습니다.'))


async def in_place(draw: Callable[[], Awaitable[None]]) -> None:
    """Draw something; when it is not there or cannot be read, say so in its place."""
    try:
        await draw()
    except DeskError as error:
        stand(error)


def stand(error: DeskError) -> None:
    """Say why something is not there, in its place."""
    with ui.element('div').classes('desk-empty').props('role=alert'):
        ui.label(sentence(language(), error))


def _stay(text: str) -> None:
    ui.notify(text, type='negative', timeout=0, close_button=_('닫기'))
