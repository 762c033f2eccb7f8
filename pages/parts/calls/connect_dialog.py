"""연결할 곳: the dialog to choose a quick connect or enter a number, filtered while the agent types."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated

from nicegui import ui
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from desk.errors import DeskError, NotFoundError
from pages import notices
from pages.component import still
from pages.context import PageContext
from pages.locale import _
from pages.parts.calls.softphone import Softphone
from pages.parts.calls.words import number_name
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from services.text.hangul import initial
from services.text.phone_numbers import e164, parse_phone

MOST = 20


class Place(BaseModel):
    """A target to call: a quick connect, or a number."""

    id: Annotated[str, Field(max_length=512)] = ''
    name: Annotated[str, Field(max_length=256)]
    kind: Annotated[str, Field(max_length=32)]
    leads: Annotated[str, Field(max_length=512)] = ''
    """The target of a quick connect: an agent's login or a queue's ARN."""
    number: str = ''

    @property
    def asked(self) -> dict[str, str]:
        """Return the target as the softphone's commands take it."""
        return {'number': self.number} if self.number else {'place': self.id}


_PLACES = TypeAdapter(list[Place])
Choose = Callable[[Place], Awaitable[None]]


async def choose_place(
    context: PageContext, phone: Softphone, title: str, choices: dict[str, Choose]
) -> None:
    """Ask for a target; ``choices`` are the buttons of each target, by label."""
    try:
        places = await still(phone, places_of(phone))
    except DeskError as error:
        notices.tell(error)
        return
    with dialog.titled(context.dialogs, title) as opened:
        _PlaceList(places, choices, opened)


async def places_of(phone: Softphone) -> list[Place]:
    """Return the quick connects. Raises ``DeskError`` when the softphone does not answer."""
    said = await still(phone, phone.command('places'))
    try:
        return _PLACES.validate_python(said)
    except ValidationError:  # not sent by our window
        return []


def leading_to(places: list[Place], wanted: str) -> Place:
    """Return the target with this id, or the quick connect of this agent's login or this queue's id.

    Raises:
        NotFoundError: there is none.
    """
    for place in places:
        if wanted in {place.leads, place.id.rsplit('/', 1)[-1], place.leads.rsplit('/', 1)[-1]}:
            return place
    raise NotFoundError('connect.not_found')


class _PlaceList(ui.element):
    def __init__(self, places: list[Place], choices: dict[str, Choose], opened: ui.dialog) -> None:
        super().__init__('div')
        self.classes('desk-places')
        self._choices, self._opened = choices, opened
        with self:
            field = ui.input(on_change=lambda event: self._show(str(event.value or '')))
            field.props('dense outlined autofocus').props['aria-label'] = _('연결할 곳 찾기')
            field.props['placeholder'] = _('이름, 대기열, 전화번호')
            self._typed = ui.element('ul')
            self._list = ui.element('ul')
            self._list.props['aria-label'] = _('연결할 곳')
            self._nobody = ui.label(_('찾은 곳이 없습니다.')).classes('desk-empty')
        with self._list:
            self._rows = [(place, self._row(place)) for place in places]
        self._number = ''
        self._show('')

    def _row(self, place: Place) -> ui.element:
        with ui.element('li') as row:
            name, kind = place.name, _kind_name(place.kind)
            Piece('span', inside=filled('<b>{name}</b> <span class="desk-tag">{kind}</span>', name=name, kind=kind))  # fmt: skip
            for word, choose in self._choices.items():
                one = button(word, partial(self._chosen, place, choose), ButtonStyle.QUIET)
                one.props['aria-label'] = f'{place.name} {word}'
        return row

    def _show(self, text: str) -> None:
        """Show the targets that match. Rows keep their place, so that a press right after typing hits its row."""
        shown = 0
        for place, row in self._rows:
            row.set_visibility(shown < MOST and _fits(place, text))
            shown += row.visible
        numbers = _number(text)
        if (number := numbers[0].number if numbers else '') != self._number:
            self._number = number
            self._typed.clear()
            with self._typed:
                for place in numbers:
                    self._row(place)
        self._typed.set_visibility(bool(numbers))
        self._nobody.set_visibility(not shown and not numbers)

    async def _chosen(self, place: Place, choose: Choose) -> None:
        self._opened.close()
        await choose(place)


def _number(text: str) -> list[Place]:
    number = parse_phone(text)
    if number is None:
        return []
    return [Place(name=number_name(number), kind='phone_number', number=e164(number))]


def _fits(place: Place, text: str) -> bool:
    """Return whether a text matches a target: a part of its name, or the initials (초성) of its syllables."""
    wanted, name = text.casefold().replace(' ', ''), place.name.casefold().replace(' ', '')
    return wanted in name or wanted in ''.join(map(initial, name))


def _kind_name(kind: str) -> str:
    return {'agent': _('상담원'), 'queue': _('대기열')}.get(kind, _('전화번호'))
