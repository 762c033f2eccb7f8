"""Caches NiceGUI's look-ups of method signatures.

Each element has three collections (classes, style, props), and each calls ``inspect.signature`` to find out whether its change
handler expects arguments: a quarter of the time that building a page takes (NiceGUI 3.18). The answer depends only on the
function behind the method, and so is the same for all elements.
"""

from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any
from weakref import WeakKeyDictionary

from nicegui import helpers
from nicegui.helpers.functions import expects_arguments as asked

_known: WeakKeyDictionary[FunctionType, bool] = WeakKeyDictionary()


def remember_signatures() -> None:
    """Make NiceGUI inspect each function once."""
    helpers.expects_arguments = expects_arguments


def expects_arguments(func: Callable[..., Any]) -> bool:
    """Return whether a handler expects arguments, as NiceGUI's own function does; cached for methods."""
    function = func.__func__ if isinstance(func, MethodType) else None
    if not isinstance(function, FunctionType):
        return asked(func)
    known = _known.get(function)
    if known is None:
        known = _known[function] = asked(func)
    return known
