"""Dialogs: drawn on demand in one place of the page, named, and cleared away when they close."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from pages.web import places

LET_GO = """(open) => {
    if (open !== true && document.activeElement?.closest('.q-dialog')) document.activeElement.blur();
}"""
"""A dialog that closes lets go of the keys at once: Quasar gives them back to what had them, a moment later and unless that
is gone, as the field of the dialog before it is. Until then a field that fades away would take what is typed next."""
OPEN = 'data-open'
"""Stands in the place of a dialog that is open; one that is closing has its place a moment longer."""


@contextmanager
def titled(host: ui.element, title: str) -> Iterator[ui.dialog]:
    """Open a dialog with a title; the block draws what stands below it.

    Args:
        host: what it is drawn into. Each dialog has a place of its own there, gone when it has closed: one that is
            still closing takes nothing of the next.
        title: its heading, and its name for screen readers.
    """
    with host, ui.element() as place, ui.dialog(value=True) as dialog:
        dialog.props['aria-label'] = title
        place.props[OPEN] = True
        dialog.on_value_change(lambda event: event.value or place.props.pop(OPEN, None))
        for closing in ('update:model-value', 'before-hide'):  # by hand, or by the server
            dialog.on(closing, js_handler=LET_GO)
        dialog.on('hide', place.delete)
        places.mark_as_here(place)
        with ui.element('div').classes('desk-card'):
            ui.label(title).classes('desk-card-title').props('role=heading aria-level=2')
            yield dialog
