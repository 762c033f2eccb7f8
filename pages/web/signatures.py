"""What NiceGUI asks about methods again and again, answered once.

Each element has three collections (classes, style, props), and each asks by ``inspect.signature`` whether the method that it
calls on a change expects arguments: a quarter of the time that building a page takes (NiceGUI 3.18). The answer is the
same for all elements: it is a matter of the function behind the method.
"""

from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any
from weakref import WeakKeyDictionary

from nicegui import helpers
from nicegui.helpers.functions import expects_arguments as asked

_known: WeakKeyDictionary[FunctionType, bool] = WeakKeyDictionary()


def remember_signatures() -> None:
    """Let NiceGUI look at each function behind a method once."""
    helpers.expects_arguments = expects_arguments


def expects_arguments(func: Callable[..., Any]) -> bool:
    """Whether a handler expects arguments: as NiceGUI finds out, remembered of methods."""
    function = func.__func__ if isinstance(func, MethodType) else None
    if not isinstance(function, FunctionType):
        return asked(func)
    known = _known.get(function)
    if known is None:
        known = _known[function] = asked(func)
    return known
