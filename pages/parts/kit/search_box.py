"""A box that searches while one types, and the list of what was found under it.

The text belongs to the browser, Hangul that is still being composed included. Every search carries a number: a newer
one ends the older, here and in the database, and an answer that comes late changes nothing.
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
    """The box's words, translated."""

    placeholder: str
    results: str
    loading: str
    away: str
    hint: str = ''


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing that was found."""

    id: str
    inside: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found, and a sentence below it: that there is nothing, or more, or what went wrong."""

    options: list[Option] = field(default_factory=list)
    note: str = ''
    is_error: bool = False


Search = Callable[[str], Awaitable[Answer]]


class SearchBox(Element, component='search_box.js', dependencies=['desk_*.js']):
    """A combobox: arrows go through what was found, Enter opens it, Esc goes back one step."""

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
            labels: the words.
            search: answers a text; cancelled when a newer one comes. What it raises as a ``DeskError`` is shown.
            choose: called with the id of what was chosen.
            has_keys: whether ``/`` outside of fields and Ctrl+K anywhere lead into this box.
        """
        super().__init__()
        self._search, self._choose = search, choose
        self._lent: Search | None = None
        self._running: asyncio.Task[None] | None = None
        self._answer = Answer()
        self._props['labels'] = asdict(labels)
        self._props['placeholder'] = labels.placeholder  # what NiceGUI's ``User`` finds the box by
        self._props['has-keys'] = has_keys
        self._props['grid'] = self._props['address'] = ''
        self.on('search', self._asked)
        self.on('choose', self._chosen)

    def lend(self, grid: str, search: Search, *, address: str, text: str = '') -> None:
        """Let what is typed fill a table.

        Args:
            grid: the table's id; elements with ``data-option`` in it are what is gone through.
            search: fills it.
            address: the name of the text in the page's address.
            text: what is searched at first.
        """
        self._lent = search
        self._props['grid'], self._props['address'] = grid, address
        self.run_method('set_text', text)

    def take_back(self) -> None:
        """Show what is found under the box again, and empty it."""
        if self._lent is not None:
            self._lent = None
            self._props['grid'] = self._props['address'] = ''
            self.run_method('set_text', '')

    def lead_to(self, field: Element) -> None:
        """Let a choice put the caret into a field: what is typed next goes there, not a letter is lost."""
        self._props['next'] = field.html_id

    def set_text(self, text: str) -> None:
        """Write into the box, unless somebody is writing there."""
        self.run_method('set_text', text)

    def walk(self, step: int) -> None:
        """Put the focus on the next row of the lent table, or the one before."""
        self.run_method('walk', step)

    def focus(self) -> None:
        """Put the caret into the box."""
        self.run_method('focus')

    def _asked(self, event: GenericEventArguments) -> None:
        number, text = _number_of(event.args), _text_of(event.args)
        if number is None or text is None:  # not from our box
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
        """Return what NiceGUI's ``User`` may find: what was found, as a reader sees it."""
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
