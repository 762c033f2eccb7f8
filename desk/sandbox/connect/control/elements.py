"""The page's elements: plain HTML in few elements, each sent only when it has changed.

Markup is made only from this package's templates, filled by ``filled``, which escapes values. A
form is one element: its fields live in the browser and arrive as one event, so that a redraw never
overwrites typed text.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

Fields = Mapping[str, str]
Act = Callable[[Fields], Awaitable[None] | None]

SUBMIT = """(event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(event.target));
  emit({...fields, act: event.submitter?.value ?? ''});
  for (const field of event.target.querySelectorAll('[data-once]')) field.value = '';
}"""
"""Sends a form's fields and the button; fields for a message are then emptied."""


def filled(template: str, **values: object) -> Markup:
    """Return a template with its ``{names}`` filled in, escaped unless they are ``Markup``."""
    return Markup(template).format(**values)  # noqa: S704 - templates are literals of the control page


def joined(parts: Iterable[Markup]) -> Markup:
    """Return the parts joined."""
    return Markup().join(parts)


class Piece(ui.element):
    """One element with this page's own markup inside."""

    def __init__(self, tag: str, classes: str = '', inside: Markup | None = None) -> None:
        super().__init__(tag)
        self.classes(classes)
        self._shown: Markup | None = None
        if inside is not None:
            self.show(inside)

    def show(self, inside: Markup) -> None:
        """Show other markup; unchanged markup is not sent."""
        if inside != self._shown:
            self._shown = inside
            self._props['innerHTML'] = str(inside)
            self.update()

    def put(self, name: str, value: str | None) -> None:
        """Set an attribute, or remove it; an unchanged one is not sent."""
        if self._props.get(name) != value:
            self._props[name] = value
            self.update()


def button(text: str, act: Callable[[], Awaitable[None] | None], classes: str = '') -> Piece:
    """Return a button."""
    piece = Piece('button', f'box-button {classes}', filled('{text}', text=text))
    piece.put('type', 'button')
    return piece.on('click', act, args=[])


def form(name: str, act: Act, inside: Markup) -> Piece:
    """Return a form; ``act`` gets its fields and, as ``act``, the value of the button that sent it."""
    piece = Piece('form', 'box-form', inside)
    piece.put('aria-label', name)
    piece.put('autocomplete', 'off')

    def send(event: GenericEventArguments) -> Awaitable[None] | None:
        return act({str(key): str(value) for key, value in dict(event.args).items()})

    return piece.on('submit', send, js_handler=SUBMIT)


def field(label: str, name: str, value: str = '', *, kind: str = 'text', more: str = '') -> Markup:
    """Return a labelled field; ``more`` are further attributes as markup."""
    return filled(
        '<label>{label}<input name="{name}" type="{kind}" value="{value}" {more}></label>',
        label=label,
        name=name,
        value=value,
        kind=kind,
        more=Markup(more),  # noqa: S704 - attributes are literals of the control page
    )


def area(label: str, name: str, value: str = '') -> Markup:
    """Return a labelled field of several lines."""
    return filled(
        '<label class="box-wide">{label}<textarea name="{name}">{value}</textarea></label>',
        label=label,
        name=name,
        value=value,
    )


def tick(label: str, name: str, *, is_on: bool) -> Markup:
    """Return a labelled checkbox."""
    return filled(
        '<label class="box-tick"><input type="checkbox" name="{name}" value="on" {on}>{label}</label>',
        label=label,
        name=name,
        on='checked' if is_on else '',
    )


def choice(label: str, name: str, options: Mapping[str, str], chosen: str = '') -> Markup:
    """Return a labelled select."""
    return filled(
        '<label>{label}<select name="{name}">{options}</select></label>',
        label=label,
        name=name,
        options=_options(options, chosen),
    )


def bare_choice(label: str, name: str, options: Mapping[str, str]) -> Markup:
    """Return a select whose label only screen readers get."""
    return filled(
        '<select name="{name}" aria-label="{label}">{options}</select>',
        label=label,
        name=name,
        options=_options(options, ''),
    )


def sending(*buttons: tuple[str, str]) -> Markup:
    """Return the buttons of a form from their values and texts."""
    inside = joined(
        filled('<button class="box-button" value="{value}">{text}</button>', value=value, text=text)
        for value, text in buttons
    )
    return filled('<div class="box-line">{inside}</div>', inside=inside)


def _options(options: Mapping[str, str], chosen: str) -> Markup:
    return joined(
        filled(
            '<option value="{value}" {on}>{text}</option>',
            value=value,
            text=text,
            on='selected' if value == chosen else '',
        )
        for value, text in options.items()
    )
