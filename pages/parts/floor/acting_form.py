"""A supervisor's form in a dialog: the dialog closes after a success; an error is shown in it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.kit.buttons import button
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.markup import Piece, filled

FORM = 'desk-act'
DoneT = TypeVar('DoneT')


def acting_form(
    context: PageContext,
    opened: ui.dialog,
    fields: Markup,
    *,
    do: Callable[[Mapping[str, str]], Awaitable[DoneT]],
    then: Callable[[DoneT], None] = lambda _done: None,
    hint: str = '',
) -> None:
    """Draw a form into an open dialog.

    Args:
        context: the page.
        opened: the dialog around the form.
        fields: the markup of the fields.
        do: called with the values of the fields; its ``DeskError`` is shown below them, and the dialog stays.
        then: called with the result of ``do`` after the dialog has closed.
        hint: a sentence below the fields.
    """
    form = Piece('form', inside=fields).classes('desk-steer')
    form.props['id'] = FORM
    if hint:
        ui.label(hint).classes('desk-hint')
    wrong = ui.label().classes('desk-field-error').props('role=alert')

    async def submit(event: GenericEventArguments) -> None:
        try:
            done = await context.still(do(values_of(event)))
        except DeskError as error:
            wrong.set_text(sentence(language(), error))
            return
        opened.close()
        then(done)

    form.on('submit', submit, js_handler=VALUES_OF_FORM)
    with ui.element('div').classes('desk-actions'):
        button(_('취소'), opened.close)
        act = Piece('button', inside=filled('{text}', text=_('실행')))
        act.classes('desk-button desk-primary').props('type=submit')
        act.props['form'] = FORM
