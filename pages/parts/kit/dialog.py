"""Dialogs: drawn on demand, with a title, and deleted when they close."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from pages.web import current_screen

LET_GO = """(open) => {
    if (open !== true && document.activeElement?.closest('.q-dialog')) document.activeElement.blur();
}"""
"""Removes the focus from a closing dialog. Quasar restores the earlier focus only a moment later, and not if that element is
gone (a field of the previous dialog): until then the fading field would receive the next keys.
"""
LEAVES = '(event) => { if (event.target.closest("a[href]:not([target])")) emit() }'
"""For ``on('click', …)``: a link in a dialog leads to another screen, which opens in the same frame, behind the dialog."""
OPEN = 'data-open'
"""Marks the container of an open dialog; a closing dialog's container exists a moment longer, without the mark."""


@contextmanager
def titled(host: ui.element, title: str) -> Iterator[ui.dialog]:
    """Open a dialog with a title; the block draws its content.

    Args:
        host: the element to draw into. Each dialog has a container of its own in it, deleted after closing, so that a
            closing dialog does not take the next one with it.
        title: the heading, and the name for screen readers.
    """
    with host, ui.element() as place, ui.dialog(value=True) as dialog:
        dialog.props['aria-label'] = title
        place.props[OPEN] = True
        dialog.on_value_change(lambda event: event.value or place.props.pop(OPEN, None))
        for closing in ('update:model-value', 'before-hide'):  # by hand, by the server
            dialog.on(closing, js_handler=LET_GO)
        dialog.on('hide', place.delete)
        current_screen.mark_as_here(place)
        with ui.element('div').classes('desk-card').on('click', dialog.close, js_handler=LEAVES):
            ui.label(title).classes('desk-card-title').props('role=heading aria-level=2')
            yield dialog
