"""A box that searches while its user types, with the results below it.

The text belongs to the browser, a syllable that is being composed included. Searches are numbered: a newer one cancels the
older, here and in the database, and a late answer is ignored.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from markupsafe import Markup
from nicegui import background_tasks
from nicegui.element import Element
from nicegui.events import GenericEventArguments
from typing_extensions import override

from desk.errors import DeskError
from pages.component import still
from pages.locale import language, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchBoxLabels:
    """The box's texts, translated."""

    placeholder: str
    results: str
    loading: str
    away: str
    hint: str = ''


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One result."""

    id: str
    inside: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The results, and a sentence below them: that there are none, or more, or an error."""

    options: list[Option] = field(default_factory=list)
    note: str = ''
    is_error: bool = False


Search = Callable[[str], Awaitable[Answer]]


class SearchBox(Element, component='search_box.js', dependencies=['desk_*.js']):
    """A combobox: arrows move through the results, Enter opens one, Esc goes back one step."""

    def __init__(
        self,
        labels: SearchBoxLabels,
        *,
        search: Search,
        choose: Callable[[str], Awaitable[None] | None],
        has_keys: bool = False,
    ) -> None:
        """Draw an empty box.

        Args:
            labels: the texts.
            search: returns the results of a text; cancelled by a newer search. Its ``DeskError`` is shown.
            choose: called with the id of the chosen result.
            has_keys: whether ``/`` outside of fields and Ctrl+K anywhere focus this box.
        """
        super().__init__()
        self._search, self._choose = search, choose
        self._lent: Search | None = None
        self._running: asyncio.Task[None] | None = None
        self._answer = Answer()
        self._props['labels'] = asdict(labels)
        self._props['placeholder'] = labels.placeholder  # NiceGUI's ``User`` finds the box by it
        self._props['has-keys'] = has_keys
        self._props['grid'] = self._props['address'] = ''
        self.on('search', self._asked)
        self.on('choose', self._chosen)

    def lend(self, grid: str, search: Search, *, address: str, text: str = '') -> None:
        """Let the box filter a table in place of its own list.

        Args:
            grid: the table's id; the arrows move through its elements with ``data-option``.
            search: fills the table.
            address: the name of the text in the page's address.
            text: the initial search.
        """
        self._lent = search
        self._props['grid'], self._props['address'] = grid, address
        self.run_method('set_text', text)

    def take_back(self) -> None:
        """Empty the box, and show results below it again."""
        if self._lent is not None:
            self._lent = None
            self._props['grid'] = self._props['address'] = ''
            self.run_method('set_text', '')

    def lead_to(self, field: Element) -> None:
        """Move the focus to ``field`` after a choice, in the browser, so that the next typed letter goes there."""
        self._props['next'] = field.html_id

    def set_text(self, text: str) -> None:
        """Set the box's text, unless somebody is typing there."""
        self.run_method('set_text', text)

    def walk(self, step: int) -> None:
        """Move the focus to the next row of the filtered table, or the one before."""
        self.run_method('walk', step)

    def focus(self) -> None:
        """Put the caret into the box."""
        self.run_method('focus')

    def _asked(self, event: GenericEventArguments) -> None:
        number, text = _number_of(event.args), _text_of(event.args)
        if number is None or text is None:  # not sent by our box
            return
        if self._running is not None:
            self._running.cancel()
        self._running = background_tasks.create(self._find(number, text), context=self)

    async def _find(self, number: int, text: str) -> None:
        try:
            answer = await still(self, (self._lent or self._search)(text))
        except DeskError as error:
            answer = Answer(note=sentence(language(), error), is_error=True)
        self._answer = answer
        self.run_method('show', number, _sent(answer))

    async def _chosen(self, event: GenericEventArguments) -> None:
        if any(option.id == event.args for option in self._answer.options):
            result = self._choose(str(event.args))
            if result is not None:
                await result

    @override
    def _displayed_contents(self, *, only_visible: bool) -> list[Any]:
        """Return the texts that NiceGUI's ``User`` finds: the results, as a reader sees them."""
        found = [option.inside.striptags() for option in self._answer.options]
        return [*super()._displayed_contents(only_visible=only_visible), *found, self._answer.note]


def _sent(answer: Answer) -> dict[str, Any]:
    options = [{'id': one.id, 'inside': str(one.inside)} for one in answer.options]
    return {'options': options, 'note': answer.note, 'isError': answer.is_error}


def _number_of(args: Any) -> int | None:
    number = args.get('number') if isinstance(args, dict) else None
    return number if isinstance(number, int) else None


def _text_of(args: Any) -> str | None:
    text = args.get('text') if isinstance(args, dict) else None
    return text if isinstance(text, str) else None
