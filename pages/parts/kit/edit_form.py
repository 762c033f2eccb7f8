"""A form over a record that several people may change at once.

Typed text belongs to the browser and has a copy in its tab until it is saved: neither a reload nor a lost connection
loses it. When another person saves meanwhile, untouched fields take the new values; for each field that both changed the
user chooses 내 것 or 저장된 것.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from nicegui.element import Element
from nicegui.events import GenericEventArguments
from typing_extensions import override


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFormLabels:
    """The form's texts, translated. ``clash`` has a ``{name}``: the colleague who changed the same field; ``clash_unnamed`` has none."""

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
    """One field: a line, a number, several lines, a choice, a list of lines, or name-value pairs."""

    name: str
    label: str
    kind: Literal['line', 'number', 'lines', 'choice', 'list', 'pairs'] = 'line'
    options: Sequence[tuple[str, str]] = ()
    """Of a choice: values and labels. Of a line: values suggested while typing; any other value is accepted too."""
    add: str = ''
    """The label of the button that adds a row."""
    most: int = 1
    masked: str = ''
    """The text shown while the value is hidden."""
    hint: str = ''
    """What the field does, in a sentence below it."""
    rows: int = 4
    """Of several lines: its height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRecord:
    """The record's values. Fields in ``hidden`` are included only as far as the reader may see them now."""

    values: Mapping[str, Any]
    version: int = 0
    hidden: Sequence[str] = ()
    is_new: bool = False
    """Whether the record is new: then a blank form is sent too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The version that the form started from, and the changed values by field; of a pair by ``pairs.name``."""

    version: int
    values: Mapping[str, Any]


class EditForm(Element, component='edit_form.js', dependencies=['desk_*.js']):
    """The form, with the record's values in its fields."""

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
            labels: the texts.
            fields: the fields, in order.
            record: the record.
            keep: the browser's key for the unsaved text.
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
        """Await ``save`` with the changes. It must end in ``saved``, ``refuse``, ``news`` or ``failed``."""

        async def arrived(event: GenericEventArguments) -> None:
            if (filled := _filled(event.args)) is not None:
                await save(filled)

        self.on('save', arrived)

    def on_cancel(self, cancel: Callable[[], Awaitable[None] | None]) -> None:
        """Call ``cancel`` when the form is closed without saving."""
        self.on('cancel', cancel, args=[])

    def on_reveal(self, reveal: Callable[[str], Awaitable[None]]) -> None:
        """Await ``reveal`` with the name of a hidden field that the reader wants to see."""

        async def arrived(event: GenericEventArguments) -> None:
            if event.args in self._props['hidden']:
                await reveal(str(event.args))

        self.on('reveal', arrived)

    def saved(self) -> None:
        """Report success: the browser deletes its copy."""
        self.run_method('saved')

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show an error at each of these fields; nothing was stored."""
        self._props['errors'] = list(errors.values())
        self.run_method('refuse', dict(errors))

    def failed(self) -> None:
        """Report that nothing was stored; the error is shown elsewhere."""
        self.run_method('failed')

    def news(
        self,
        version: int,
        values: Mapping[str, Any],
        by: str,
        *,
        veiled: Mapping[str, Any] | None = None,
    ) -> None:
        """Report the record after another person's change.

        Args:
            version: the record's version.
            values: all values that the reader may see.
            by: the other person's name; empty when unknown.
            veiled: the masked texts of hidden values that changed.
        """
        self._props['values'], self._props['version'] = dict(values), version
        self.run_method('news', version, dict(values), by, dict(veiled or {}))

    def hide(self, names: Sequence[str], *, values: Mapping[str, Any]) -> None:
        """Hide fields that the reader may no longer see, except the reader's own changes; ``values`` are those still visible."""
        self._props['values'] = dict(values)
        self.update()
        self.run_method('hide', list(names))

    def reveal(self, values: Mapping[str, Any]) -> None:
        """Show the values of hidden fields."""
        self.run_method('reveal', dict(values))

    @override
    def _displayed_contents(self, *, only_visible: bool) -> list[Any]:
        """Return the texts that NiceGUI's ``User`` finds: names, values and errors."""
        labels = [field['label'] for field in self._props['fields']]
        found = [*labels, *self._props['values'].values(), *self._props.get('errors', ())]
        return [*super()._displayed_contents(only_visible=only_visible), *map(str, found)]


def _filled(args: Any) -> Filled | None:
    """Return the browser's data if it has our events' shape: a browser can send anything."""
    version, values = (
        (args.get('version'), args.get('values')) if isinstance(args, dict) else (0, 0)
    )
    if not isinstance(version, int) or not isinstance(values, dict):
        return None
    return Filled(version=version, values=values)
