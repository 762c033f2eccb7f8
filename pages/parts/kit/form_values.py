"""Plain forms on a page: the browser's own fields, whose values are heard all at once."""

from collections.abc import Mapping

from nicegui.events import GenericEventArguments

VALUES_OF_FORM = '(event) => { event.preventDefault(); emit(Object.fromEntries(new FormData(event.currentTarget))) }'
"""For ``on('submit', …, js_handler=…)``: what stands in the fields then. What Hangul still composes is no Enter."""


def values_of(event: GenericEventArguments) -> dict[str, str]:
    """Return what stood in the fields, by their names; nothing when a browser sent something else."""
    given = event.args if isinstance(event.args, Mapping) else {}
    return {str(name): str(value) for name, value in given.items()}
