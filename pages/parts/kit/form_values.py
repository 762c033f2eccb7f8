"""Plain HTML forms on a page: their values arrive in one event."""

from collections.abc import Mapping

from nicegui.events import GenericEventArguments

VALUES_OF_FORM = '(event) => { event.preventDefault(); emit(Object.fromEntries(new FormData(event.currentTarget))) }'
"""For ``on('submit', …, js_handler=…)``: sends the values of all fields. An Enter during Hangul composition does not submit."""


def values_of(event: GenericEventArguments) -> dict[str, str]:
    """Return the values of the fields by name; empty when a browser sent anything else."""
    given = event.args if isinstance(event.args, Mapping) else {}
    return {str(name): str(value) for name, value in given.items()}
