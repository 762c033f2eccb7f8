"""Buttons in the desk's own style: plain HTML, a third of the weight of a Quasar button."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from pages.parts.kit.markup import Piece, filled


class ButtonStyle(StrEnum):
    """A button's style; a view has one ``PRIMARY`` button at most."""

    PLAIN = ''
    PRIMARY = 'desk-primary'
    DANGER = 'desk-danger'
    QUIET = 'desk-quiet'


def button(text: str, act: Callable[[], Any], look: ButtonStyle = ButtonStyle.PLAIN) -> Piece:
    """Draw a button that calls (or awaits) ``act``."""
    piece = Piece('button', inside=filled('{text}', text=text)).props('type=button')
    return piece.classes('desk-button').classes(look.value).on('click', act, args=[])
