"""A dialog of the customer's side with a form: what is wrong is said in it, and it closes when what was typed is taken."""

from collections.abc import Awaitable, Callable

from markupsafe import Markup
from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from pages import notices
from pages.component import Component
from pages.locale import _, customer_sentence, language
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.markup import Piece, filled


def open_form(  # noqa: PLR0913 - what a dialog says, and what becomes of it
    owner: Component,
    dialogs: Element,
    *,
    title: str,
    hint: str = '',
    fields: Markup,
    send: Callable[[dict[str, str]], Awaitable[None]],
    done: str,
) -> None:
    """Open a form in ``dialogs``; ``send`` gets what was typed, by name, and ``done`` says that it was taken.

    What ``send`` refuses (``DeskError``) is said in the dialog, which stays open.
    """
    # A container of its own: an earlier dialog that is still closing must not take this one with it.
    with dialogs, ui.element() as place, ui.dialog(value=True) as dialog:
        dialog.on('hide', place.delete).props('transition-duration=120')
        dialog.props['aria-label'] = title
        with ui.element().classes('talk-card'):
            Piece('h2', inside=filled('{title}', title=title))
            if hint:
                Piece('p', inside=filled('{hint}', hint=hint))
            fault = Piece().props('role=alert').classes('talk-callback-fault')
            form = Piece('form', inside=fields).classes('talk-form').props('novalidate')
            with ui.element().classes('talk-choices'):
                back = Piece('button', inside=filled('{text}', text=_('닫기')))
                back.classes('talk-button').props('type=button').on('click', dialog.close)

    async def submit(event: GenericEventArguments) -> None:
        try:
            await owner.still(send(values_of(event)))
        except DeskError as error:
            fault.set_inside(filled('{text}', text=customer_sentence(language(), error)))
            return
        dialog.close()
        notices.done(done)

    form.on('submit', submit, js_handler=VALUES_OF_FORM)
