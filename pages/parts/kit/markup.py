"""Markup made on the server, safe by construction: every value that is filled in is escaped.

A list row or a message is one element that carries its inner markup as a prop. Such markup can only be made from one of our
templates by ``filled``; user text never becomes markup.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from string import Formatter
from typing import Any

from markupsafe import Markup, escape
from nicegui import ui
from typing_extensions import override

from services.text.links import links


def filled(template: str, **values: object) -> Markup:
    """Return a template with its ``{names}`` filled in; values are escaped unless they are ``Markup``."""
    parts: list[str] = []
    for literal, name in _parsed(template):
        parts.append(literal)
        if name is not None:
            parts.append(escape(values[name]))
    return Markup(''.join(parts))  # noqa: S704 - templates are literals of our own modules, values are escaped


@lru_cache(maxsize=1_000)  # a page fills a few templates hundreds of times
def _parsed(template: str) -> list[tuple[str, str | None]]:
    """Return a template's pieces: our own markup, and the name of the value that follows it."""
    return [(literal, name) for literal, name, *_ in Formatter().parse(template)]


def linked(text: str) -> Markup:
    """Return user text with its web addresses as links, which open in a new tab and send no referrer."""
    parts: list[Markup] = []
    end = 0
    for link in links(text):
        parts.append(escape(text[end : link.begin]))
        parts.append(
            filled(
                '<a href="{address}" target="_blank" rel="noopener noreferrer nofollow">{written}</a>',
                address=link.address,
                written=text[link.begin : link.end],
            )
        )
        end = link.end
    return Markup().join([*parts, escape(text[end:])])


def marked(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    """Return user text with the given spans marked, as ``services.text.highlight.spans`` returns them."""
    parts: list[Markup] = []
    end = 0
    for begin, after in spans:
        parts.append(escape(text[end:begin]))
        parts.append(filled('<mark>{found}</mark>', found=text[begin:after]))
        end = after
    return Markup().join([*parts, escape(text[end:])])


def options(choices: Sequence[tuple[str, str]], chosen: str) -> Markup:
    """Return the options of a ``<select>``: values and names."""
    return Markup().join(
        filled(
            '<option value="{value}"{selected}>{name}</option>',
            value=value,
            selected=Markup(' selected') if value == chosen else '',
            name=name,
        )
        for value, name in choices
    )


def figures_table(label: str, heads: Iterable[str], rows: Markup) -> Markup:
    """Return a table of figures; ``label`` names it for screen readers, ``rows`` are its ``<tr>``."""
    return filled(
        '<table class="desk-figures" aria-label="{label}"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>',
        label=label,
        heads=Markup().join(filled('<th scope="col">{head}</th>', head=head) for head in heads),
        rows=rows,
    )


class Piece(ui.element):
    """An element whose content is markup of ours, sent as one prop."""

    def __init__(self, tag: str = 'div', *, inside: Markup | None = None) -> None:
        super().__init__(tag)
        self._inside = Markup()
        if inside is not None:
            self.set_inside(inside)

    def set_inside(self, inside: Markup) -> None:
        """Show other markup; equal markup sends nothing."""
        if inside != self._inside:
            self._inside = inside
            # A page has hundreds of pieces: without the props' own update, since one follows.
            dict.__setitem__(self._props, 'innerHTML', str(inside))
            self.update()

    def set_attribute(self, name: str, value: str) -> None:
        """Set an attribute; an equal value sends nothing. An empty value removes the attribute."""
        if self._props.get(name, '') != value:
            if value:
                self._props[name] = value
            else:
                self._props.pop(name, None)
            self.update()

    @property
    def inside(self) -> Markup:
        """The shown markup."""
        return self._inside

    @override
    def _displayed_contents(self, *, only_visible: bool) -> list[Any]:
        """Return the text that NiceGUI's ``User`` and element filters find: the text that a reader sees."""
        return [*super()._displayed_contents(only_visible=only_visible), self._inside.striptags()]
