"""The event arguments that each kind of NiceGUI element may send: NiceGUI's own elements do not check them.

Our own components check their arguments themselves (``isinstance(event.args, …)``) and are not listed here.
"""

from collections.abc import Callable
from typing import Annotated, Any

from nicegui.element import Element
from nicegui.elements.echart import EChart
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
    """The arguments of ``ui.select``: the option's index and its label."""

    value: Annotated[int, Field(ge=0)]
    label: Any


class _Key(TypedDict):
    """The arguments of ``ui.keyboard``."""

    action: str
    key: str
    code: str
    location: int
    repeat: bool
    altKey: bool
    ctrlKey: bool
    metaKey: bool
    shiftKey: bool


class _Point(TypedDict):
    """The arguments of a pressed point of ``ui.echart``, as far as NiceGUI reads them unasked."""

    componentType: str
    seriesType: Any
    seriesIndex: Any
    seriesName: Any
    name: Any
    dataIndex: Any
    data: Any
    value: Any


_choice: TypeAdapter[_Choice] = TypeAdapter(_Choice)
_key: TypeAdapter[_Key] = TypeAdapter(_Key)
_point: TypeAdapter[_Point] = TypeAdapter(_Point)


def fits(element: Element, kind: str, said: Any) -> bool:
    """Return whether an element can send these arguments.

    Args:
        element: the element that the event names.
        kind: the name of the event, as listeners give it.
        said: its arguments; a single one without a list around it, as handlers receive it.
    """
    if kind.startswith('sub_pages_'):
        return isinstance(said, str) and len(said) <= MAX_PATH_CHARS
    if isinstance(element, Keyboard) and kind == 'key':
        return _is(_key, said)
    if isinstance(element, EChart) and kind == 'componentClick':
        return _is(_point, said)
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
"""Types of value arguments by element; for any other element the type of its current value."""
