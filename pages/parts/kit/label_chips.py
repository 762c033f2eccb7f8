"""Labels (라벨) as chips: the name, with the label's colour as a dot beside it."""

from collections.abc import Iterable

from markupsafe import Markup

from models import LabelColor
from pages.locale import _, language
from pages.parts.kit.markup import filled
from services.chats.labels import LabelView


def chips(labels: Iterable[LabelView]) -> Markup:
    """Return labels as chips, in this order."""
    return Markup().join(chip(one) for one in labels)


def chip(label: LabelView) -> Markup:
    """Return one label as a chip."""
    return filled(
        '<span class="desk-label" data-color="{color}">{name}</span>',
        color=label.color.value,
        name=label.called(language()),
    )


def color_names() -> dict[LabelColor, str]:
    """Return the names of the colours."""
    return {
        LabelColor.GREY: _('회색'),
        LabelColor.GREEN: _('초록'),
        LabelColor.AMBER: _('주황'),
        LabelColor.BLUE: _('파랑'),
        LabelColor.VIOLET: _('보라'),
        LabelColor.RED: _('빨강'),
    }
