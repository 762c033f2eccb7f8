"""Where a function goes on after it waited, as its source tells."""

import ast
from collections.abc import Iterator, Sequence
from itertools import zip_longest

DEFINITIONS = (ast.AsyncFunctionDef, ast.FunctionDef, ast.ClassDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)


def followed_awaits(body: Sequence[ast.stmt], *, is_last: bool = True) -> Iterator[ast.Await]:
    """Find the awaits that something follows: another statement, or what becomes of their result.

    Args:
        body: the statements of a function, or of a block in it.
        is_last: whether the function ends with them.
    """
    for statement, following in zip_longest(body, body[1:]):
        ends = is_last if following is None else _is_bare_return(following)
        if isinstance(statement, DEFINITIONS) or _is_end(statement, ends=ends):
            continue
        for child in ast.iter_child_nodes(statement):
            if not isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
                yield from (one for one in ast.walk(child) if isinstance(one, ast.Await))
        for block, is_followed in _blocks(statement):
            yield from followed_awaits(block, is_last=ends and not is_followed)


def _is_end(statement: ast.stmt, *, ends: bool) -> bool:
    """Whether a statement waits, and nothing more."""
    if isinstance(statement, ast.Return):
        return isinstance(statement.value, ast.Await)
    return ends and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Await)


def _is_bare_return(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Return) and statement.value is None


def _blocks(statement: ast.stmt) -> Iterator[tuple[Sequence[ast.stmt], bool]]:
    """Return the blocks of a statement, and whether it goes on after each of them."""
    is_loop = isinstance(statement, LOOPS)
    at_end = bool(getattr(statement, 'finalbody', ()))
    has_else = isinstance(statement, ast.Try) and bool(statement.orelse)
    yield getattr(statement, 'body', ()), is_loop or at_end or has_else
    yield getattr(statement, 'orelse', ()), at_end
    yield getattr(statement, 'finalbody', ()), False
    for part in (*getattr(statement, 'handlers', ()), *getattr(statement, 'cases', ())):
        yield part.body, at_end
