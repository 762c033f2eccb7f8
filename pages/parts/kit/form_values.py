"""Plain HTML fields and forms on a page: what their events bring. A browser can send anything; what is not a text is empty."""

from collections.abc import Mapping

from nicegui.events import GenericEventArguments

VALUES_OF_FORM = '(event) => { event.preventDefault(); emit(Object.fromEntries(new FormData(event.currentTarget))) }'
"""For ``on('submit', …, js_handler=…)``: sends the values of all fields. An Enter during Hangul composition does not submit."""


def values_of(event: GenericEventArguments) -> dict[str, str]:
    """Return the values of the fields by name; empty when a browser sent anything else."""
    given = event.args if isinstance(event.args, Mapping) else {}
    return {str(name): str(value) for name, value in given.items()}


def text_of(event: GenericEventArguments) -> str:
    """Return the text that an event brings."""
    return event.args if isinstance(event.args, str) else ''


def pair_of(event: GenericEventArguments) -> tuple[str, str]:
    """Return the two texts that an event brings: what is to be done, and with what."""
    match event.args:
        case [str(first), str(second)]:
            return first, second
        case _:
            return '', ''
