"""One section of the settings: a list, and beside it the form of the chosen or a new item."""

from collections.abc import Awaitable, Callable

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from desk.events import Event
from models.queue import MAX_LEVEL
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from services.people.events import EVERY_AGENT, SETTINGS, AgentStatusChanged, SettingsChanged

Press = Callable[[str], Awaitable[None] | None]
HEAR_SECONDS = 0.2
"""Changes within this time are read together."""
ROW_OF_PRESS = (
    '(event) => { const row = event.target.closest("[data-id]"); if (row) emit(row.dataset.id) }'
)


class Section(Component):
    """A list that is kept current, with room for one form."""

    adds = True
    """Whether items can be added to the list."""
    parts: frozenset[str] = frozenset()
    """The settings that the section shows (``SettingsChanged.part``); changes of others do not concern it."""
    shows_people = False
    """Whether it shows who works here, too."""

    def __init__(self, context: PageContext, name: str) -> None:
        super().__init__(context.services.topics, 'section')
        self.classes('desk-settings').props['aria-label'] = name
        self.context = context
        self.services = context.services
        self.agent = context.agent
        with self:
            self._list = ui.element('div').classes('desk-settings-list')
            self._side = ui.element('div').classes('desk-settings-side')
        self._side.set_visibility(False)
        self._unread: set[str] = set()

    async def read(self) -> None:
        """Read the section's rows. Raises ``NotAllowedError`` for all but administrators."""
        raise NotImplementedError

    def draw_list(self) -> None:
        """Draw the rows that were read."""
        raise NotImplementedError

    def add(self) -> None:
        """Open the form of a new item, where items can be added."""

    def news(self, changed: frozenset[str] = frozenset()) -> None:
        """Pass the rows that were read to the open form; ``changed`` are the settings that they were read again for, if any."""

    async def open(self) -> None:
        """Draw the section and keep it current. Raises ``NotAllowedError``."""
        topics = (SETTINGS, EVERY_AGENT) if self.shows_people else SETTINGS
        self.listen(topics, self._hear, draws=False)
        await self.still(self.read())
        self.redraw()

    def _hear(self, event: Event) -> None:
        if isinstance(event, SettingsChanged):
            if event.part not in self.parts:
                return
            self._unread.add(event.part)
        elif isinstance(event, AgentStatusChanged):  # which is not shown here
            return
        self.within(HEAR_SECONDS, self.read_again)

    async def read_again(self) -> None:
        """Read and draw the section again."""
        changed = frozenset(self._unread)
        try:
            await self.still(self.read())
        except DeskError as error:
            notices.tell(error)
            return
        self._unread -= changed
        self.redraw()
        self.news(changed)

    def redraw(self) -> None:
        """Draw the list again."""
        self._list.clear()
        with self._list:
            self.draw_list()

    def beside(self, title: str, draw: Callable[[], None]) -> None:
        """Show content beside the list, in place of the earlier content."""
        self._side.clear()
        self._side.set_visibility(True)
        self.classes('desk-settings-open')
        with self._side:
            ui.label(title).classes('desk-page-title').props('role=heading aria-level=2')
            draw()

    def close(self) -> None:
        """Show the list alone."""
        self._side.clear()
        self._side.set_visibility(False)
        self.classes(remove='desk-settings-open')


def heading(title: str, add: str = '', act: Callable[[], None] | None = None) -> None:
    """Draw the heading of a list, with a button to add an item where that is possible."""
    with ui.element('div').classes('desk-settings-head'):
        ui.label(title).classes('desk-page-title').props('role=heading aria-level=2')
        if act is not None:
            button(add, act, ButtonStyle.PRIMARY)


def about(sentence: str) -> None:
    """Say in a sentence what the settings of a section do."""
    ui.label(sentence).classes('desk-settings-about')


def table(name: str, columns: tuple[str, ...], rows: Markup, press: Press) -> Piece:
    """Draw a list as a table; a press on a row calls ``press`` with the row's ``data-id``. Return the table."""
    cells = Markup().join(filled('<th scope="col">{name}</th>', name=one) for one in columns)
    inside = filled('<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody>', cells=cells, rows=rows)

    async def pressed(event: GenericEventArguments) -> None:
        if isinstance(event.args, str) and (work := press(event.args)) is not None:
            await work

    with ui.element('div').classes('desk-settings-table'):
        drawn = Piece('table', inside=inside).classes('desk-table')
        drawn.props['aria-label'] = name
        drawn.on('click', pressed, js_handler=ROW_OF_PRESS)
    return drawn


def name_cell(row_id: object, name: str, below: str = '') -> Markup:
    """Return the first cell of a row: the name as a button, and a text beside it unless it says the same."""
    return filled(
        '<td class="desk-cell-name"><button type="button" class="desk-settings-name" data-id="{id}">{name}</button>'
        '<span class="desk-settings-sub">{below}</span></td>',
        id=row_id,
        name=name,
        below='' if below == name else below,
    )


def mark(text: str, state: str) -> Markup:
    """Return a word for a state; its colour only emphasises it."""
    return filled(
        '<span class="desk-settings-mark" data-state="{state}">{text}</span>',
        text=text,
        state=state,
    )


def cells(*texts: str | Markup) -> Markup:
    """Return the other cells of a row."""
    return Markup().join(filled('<td>{text}</td>', text=one) for one in texts)


def empty(sentence: str) -> None:
    """Return the sentence of an empty list, which says how to begin."""
    ui.label(sentence).classes('desk-empty desk-settings-empty')


def levels() -> list[tuple[str, str]]:
    """Return the levels of a skill as options of a choice."""
    return [(str(one), _('{level}단계', level=one)) for one in range(1, MAX_LEVEL + 1)]
