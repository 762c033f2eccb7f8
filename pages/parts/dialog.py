"""Dialogs: drawn on demand in one place of the page, named, and cleared away when they close."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui


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
        dialog.on('hide', place.delete)
        with ui.element('div').classes('desk-card'):
            ui.label(title).classes('desk-card-title').props('role=heading aria-level=2')
            yield dialog
