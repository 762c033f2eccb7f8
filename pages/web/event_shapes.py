"""What an event of an element can say: NiceGUI's own elements take for granted that it is what they would send.

Our own components read what they are told with care (``isinstance(event.args, …)``); what is theirs is not known here.
"""

from collections.abc import Callable
from typing import Annotated, Any

from nicegui.element import Element
from nicegui.elements.input import Input
from nicegui.elements.keyboard import Keyboard
from nicegui.elements.mixins.value_element import ValueElement
from nicegui.elements.radio import Radio
from nicegui.elements.select import Select
from nicegui.elements.slider import Slider
from pydantic import Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

MAX_PATH_CHARS = 4_096


class _Choice(TypedDict):
    """What ``ui.select`` says: the place of an option, and what stands there."""

    value: Annotated[int, Field(ge=0)]
    label: Any


class _Key(TypedDict):
    """What ``ui.keyboard`` says."""

    action: str
    key: str
    code: str
    location: int
    repeat: bool
    altKey: bool
    ctrlKey: bool
    metaKey: bool
    shiftKey: bool


_choice: TypeAdapter[_Choice] = TypeAdapter(_Choice)
_key: TypeAdapter[_Key] = TypeAdapter(_Key)


def fits(element: Element, kind: str, said: Any) -> bool:
    """Whether an element can say this.

    Args:
        element: of whom an event is said to be.
        kind: the name of the event, as it is listened for.
        said: its arguments; one alone without a list around it, as handlers get them.
    """
    if kind.startswith('sub_pages_'):
        return isinstance(said, str) and len(said) <= MAX_PATH_CHARS
    if isinstance(element, Keyboard) and kind == 'key':
        return _is(_key, said)
    if isinstance(element, ValueElement) and kind.startswith('update:'):
        return _value_fits(element, said)
    return True


def _value_fits(element: ValueElement[Any], said: Any) -> bool:
    for one, check in _VALUES.items():
        if isinstance(element, one):
            return check(element, said)
    return type(said) is type(element.value)


def _is(shape: TypeAdapter[Any], said: Any) -> bool:
    try:
        shape.validate_python(said, strict=True)
    except ValidationError:
        return False
    return True


def _is_option(element: Any, said: Any) -> bool:
    if said is None:
        return 'clearable' in element.props
    return _is(_choice, said) and said['value'] < len(element.options)


def _is_place(element: Any, said: Any) -> bool:
    return type(said) is int and 0 <= said < len(element.options)


def _is_text(_: Any, said: Any) -> bool:
    return said is None or isinstance(said, str)


def _is_number(_: Any, said: Any) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool)


_VALUES: dict[type[Element], Callable[[Any, Any], bool]] = {
    Select: _is_option,
    Radio: _is_place,
    Input: _is_text,
    Slider: _is_number,
}
"""What can be said of a value; of any other element: what is of the kind that it has."""
