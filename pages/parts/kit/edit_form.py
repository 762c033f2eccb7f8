"""A form over a record that others may change at the same time.

What is typed belongs to the browser and has a copy in its tab until it is saved: neither a reload nor a lost connection
takes it. When somebody else saves meanwhile, untouched fields follow, and of each field that both changed the second
one chooses 내 것 or 저장된 것.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from nicegui.element import Element
from nicegui.events import GenericEventArguments
from typing_extensions import override


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFormLabels:
    """The form's words, translated. ``clash`` has a ``{name}``: who changed the same field; ``clash_unnamed`` has none."""

    form: str
    save: str
    cancel: str
    mine: str
    theirs: str
    clash: str
    clash_unnamed: str
    undecided: str
    unsaved: str
    saving: str
    away: str
    again: str
    restored: str
    discard: str
    reveal: str
    remove: str
    empty: str
    pair_name: str
    pair_value: str
    leave_title: str
    leave_text: str
    leave: str
    stay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field: a line, a number, several lines, a choice, a list of lines, or pairs of a name and a value."""

    name: str
    label: str
    kind: Literal['line', 'number', 'lines', 'choice', 'list', 'pairs'] = 'line'
    options: Sequence[tuple[str, str]] = ()
    """Of a choice: values and words. Of a line: values that are offered while somebody types; any other is taken too."""
    add: str = ''
    """The button that adds a row."""
    most: int = 1
    masked: str = ''
    """What stands there while the value is hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRecord:
    """What a form is over: a record's values. Of ``hidden`` fields only what the reader may see now is among them."""

    values: Mapping[str, Any]
    version: int = 0
    hidden: Sequence[str] = ()
    is_new: bool = False
    """Whether there is no record yet: then also a blank form is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What the form was over, and what was changed in it: values by field, of a pair by ``pairs.name``."""

    version: int
    values: Mapping[str, Any]


class EditForm(Element, component='edit_form.js', dependencies=['desk_*.js']):
    """The form, with the record's values in it."""

    def __init__(
        self,
        labels: EditFormLabels,
        fields: Sequence[FormField],
        record: FormRecord,
        *,
        keep: str,
    ) -> None:
        """Draw the form.

        Args:
            labels: the words.
            fields: what can be filled in, in order.
            record: what it is over.
            keep: the browser's key for what is typed and not saved.
        """
        super().__init__()
        self._props['labels'] = asdict(labels)
        self._props['fields'] = [asdict(field) for field in fields]
        self._props['values'] = dict(record.values)
        self._props['version'] = record.version
        self._props['hidden'] = list(record.hidden)
        self._props['is-new'] = record.is_new
        self._props['keep'] = keep

    def on_save(self, save: Callable[[Filled], Awaitable[None]]) -> None:
        """Await ``save`` with what was changed. It must end in ``saved``, ``refuse``, ``news`` or ``failed``."""

        async def arrived(event: GenericEventArguments) -> None:
            if (filled := _filled(event.args)) is not None:
                await save(filled)

        self.on('save', arrived)

    def on_cancel(self, cancel: Callable[[], Awaitable[None] | None]) -> None:
        """Call ``cancel`` when nothing is to be saved."""
        self.on('cancel', cancel, args=[])

    def on_reveal(self, reveal: Callable[[str], Awaitable[None]]) -> None:
        """Await ``reveal`` with the name of a hidden field that the reader asks for."""

        async def arrived(event: GenericEventArguments) -> None:
            if event.args in self._props['hidden']:
                await reveal(str(event.args))

        self.on('reveal', arrived)

    def saved(self) -> None:
        """Say that everything is stored: the browser forgets its copy."""
        self.run_method('saved')

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Say at each field what is wrong with it; nothing was stored."""
        self._props['errors'] = list(errors.values())
        self.run_method('refuse', dict(errors))

    def failed(self) -> None:
        """Say that nothing was stored, for a reason that is told elsewhere."""
        self.run_method('failed')

    def news(
        self,
        version: int,
        values: Mapping[str, Any],
        by: str,
        *,
        veiled: Mapping[str, Any] | None = None,
    ) -> None:
        """Say what the record is now that somebody else changed it.

        Args:
            version: the record's.
            values: all that the reader may see.
            by: who it was; empty when that is not known.
            veiled: how hidden values that changed stand there for everybody.
        """
        self._props['values'], self._props['version'] = dict(values), version
        self.run_method('news', version, dict(values), by, dict(veiled or {}))

    def hide(self, names: Sequence[str], *, values: Mapping[str, Any]) -> None:
        """Hide fields that the reader may see no more, but for what they typed; ``values`` are what they may see."""
        self._props['values'] = dict(values)
        self.update()
        self.run_method('hide', list(names))

    def reveal(self, values: Mapping[str, Any]) -> None:
        """Show the values of hidden fields."""
        self.run_method('reveal', dict(values))

    @override
    def _displayed_contents(self, *, only_visible: bool) -> list[Any]:
        """Return what NiceGUI's ``User`` may find: names, values and what is wrong with them."""
        labels = [field['label'] for field in self._props['fields']]
        found = [*labels, *self._props['values'].values(), *self._props.get('errors', ())]
        return [*super()._displayed_contents(only_visible=only_visible), *map(str, found)]


def _filled(args: Any) -> Filled | None:
    """Return what the browser sent, if it has the shape of our events: anybody can send anything."""
    version, values = (
        (args.get('version'), args.get('values')) if isinstance(args, dict) else (0, 0)
    )
    if not isinstance(version, int) or not isinstance(values, dict):
        return None
    return Filled(version=version, values=values)
