"""이석 by keyboard: a list of the reasons, each with a figure that chooses it."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from nicegui import ui
from nicegui.events import GenericEventArguments

from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.markup import Piece, filled

MOST_FIGURES = 9
FIGURE_PRESSED = """(event) => {
    const figure = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (!figure || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    emit(Number(figure[1]));
}"""
"""By the key's position, as all shortcuts, so that it works while Hangul is switched on."""

Choose = Callable[[str], Awaitable[None]]


def ask_away(dialogs: ui.element, reasons: Mapping[str, str], choose: Choose) -> None:
    """Ask for the reason of 이석; ``choose`` gets the key of the chosen one in ``reasons`` (names by key, in order)."""
    with dialogs, dialog.titled(dialogs, _('이석 사유')) as opened:

        async def take(value: str) -> None:
            opened.close()
            await choose(value)

        async def take_by_figure(event: GenericEventArguments) -> None:
            place = int(event.args) - 1
            if place < len(reasons):
                await take(list(reasons)[place])

        listed = ui.element('div').classes('desk-away-reasons')
        listed.props('role=group').props['aria-label'] = _('이석 사유')
        listed.on('keydown', take_by_figure, js_handler=FIGURE_PRESSED)
        with listed:
            for place, (value, name) in enumerate(reasons.items(), start=1):
                _choice(place, name).on('click', partial(take, value), args=[])
        hint = _(
            '숫자를 누르면 바로 바뀝니다. 진행 중인 상담이 있으면 그 상담이 끝난 뒤에 바뀝니다.'
        )
        ui.label(hint).classes('desk-hint')


def _choice(place: int, name: str) -> Piece:
    figure = str(place) if place <= MOST_FIGURES else ''
    inside = filled('<kbd aria-hidden="true">{figure}</kbd><span>{name}</span>', figure=figure, name=name)  # fmt: skip
    made = Piece('button', inside=inside).classes('desk-button').props('type=button')
    if figure:
        made.props['aria-keyshortcuts'] = figure
    if place == 1:
        made.props['autofocus'] = True
    return made
