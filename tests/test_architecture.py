"""Rules of the house that no linter knows."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.awaits import followed_awaits

ROOT = Path(__file__).parent.parent
ROOMS = ('desk', 'models', 'services', 'pages')
MODULES = sorted(
    [ROOT / 'main.py', *(path for room in ROOMS for path in (ROOT / room).rglob('*.py'))]
)
MAX_LINES = 400
MAX_BROWSER_LINES = 240
LOCKS = ('requirements.lock', 'requirements-production.lock')


@cache
def trees() -> list[tuple[Path, list[ast.AST]]]:
    """Every module with all nodes of its tree: read once, asked by many tests."""
    return [(path.relative_to(ROOT), [*ast.walk(ast.parse(path.read_text()))]) for path in MODULES]


def calls(tree: list[ast.AST], name: str) -> Iterator[ast.Call]:
    """Every call of a method or function of that name."""
    for node in tree:
        if isinstance(node, ast.Call):
            called = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, 'id', '')
            )
            if called == name:
                yield node


def test_only_the_database_commits() -> None:
    committing = [path for path, tree in trees() if any(calls(tree, 'commit'))]

    assert committing == [Path('desk/db.py')]


def test_row_locks_let_others_point_to_the_row() -> None:
    """``FOR UPDATE`` excludes the check of a foreign key, and two who check in turn block each other."""
    locks = [
        (path, {keyword.arg for keyword in call.keywords})
        for path, tree in trees()
        for call in calls(tree, 'with_for_update')
    ]
    plain = [path for path, keywords in locks if 'key_share' not in keywords]
    bare = [
        path
        for path, tree in trees()
        for node in tree
        if isinstance(node, ast.keyword)
        and node.arg == 'with_for_update'
        and 'ROW_LOCK' not in ast.unparse(node.value)
    ]

    assert bare == []
    assert plain == [Path('services/customers/queries.py')]  # nobody may link to who is merged


def test_no_module_is_too_long_to_read() -> None:
    long = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in MODULES}

    assert {
        path: lines
        for path, lines in long.items()
        if lines > MAX_LINES and 'versions' not in path.parts
    } == {}


def test_browser_code_stays_small_and_listed() -> None:
    scripts = [*(ROOT / 'pages').rglob('*.js'), *(ROOT / 'pages').rglob('*.vue')]
    listed = (ROOT / 'docs' / 'browser.md').read_text()

    assert [
        path.name
        for path in scripts
        if not {f'`{path.stem}`', f'`{path.name}`'} & set(re.findall('`[^`]+`', listed))
    ] == []
    assert [
        path.name for path in scripts if len(path.read_text().splitlines()) > MAX_BROWSER_LINES
    ] == []


@pytest.mark.parametrize(
    'method', ['props', 'style', 'run_javascript', 'add_head_html', 'add_body_html', 'add_css']
)
def test_no_text_of_people_becomes_code(method: str) -> None:
    """An f-string (or +, %, format) in these would be evaluated in the browser."""
    made_up = (ast.JoinedStr, ast.BinOp)
    found = [
        f'{path}:{call.lineno}'
        for path, tree in trees()
        for call in calls(tree, method)
        for argument in call.args
        if isinstance(argument, made_up)
    ]

    assert found == []


def test_lists_are_not_refreshed_whole() -> None:
    assert [
        path
        for path, tree in trees()
        for node in tree
        if isinstance(node, ast.Attribute) and node.attr == 'refreshable'
    ] == []


def test_nothing_is_bound_by_polling() -> None:
    binders = (
        'bind_text_from',
        'bind_value',
        'bind_value_from',
        'bind_visibility_from',
        'bind_enabled_from',
    )

    assert [path for path, tree in trees() for name in binders for _ in calls(tree, name)] == []


def test_only_components_hook_into_the_end_of_an_element() -> None:
    hooking = [
        path
        for path, tree in trees()
        for node in tree
        if isinstance(node, ast.FunctionDef) and node.name == '_handle_delete'
    ]

    assert hooking == [Path('pages/component.py')]


def test_pages_import_no_query_or_statement_module() -> None:
    """Pages call use cases: whoever may see what is decided there, in one place."""
    importing = [
        f'{path}: {node.module}'
        for path, tree in trees()
        if path.parts[0] == 'pages'
        for node in tree
        if isinstance(node, ast.ImportFrom) and node.module
        for name in (node.module, *(one.name for one in node.names))
        if name.startswith('services.') or node.module.startswith('services')
        if name.endswith(('queries', '_statement'))
    ]

    assert importing == []


@pytest.mark.parametrize('lock', LOCKS)
def test_locks_name_no_address_and_hash_everything(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pinned = re.findall(r'^[\w.\[\]-]+==', text, re.MULTILINE)

    assert not re.search(r'https?://|index', text)
    assert len(pinned) > 30
    assert text.count('--hash=sha256:') >= len(pinned)


UNATTENDED = {
    'pages/notices.py': 'draws what it is given, and says why not in the same place',
    'pages/component.py': 'is the one that asks',
    'pages/talk.py': 'answers requests',
    'pages/talk_chat.py': 'answers requests',
    'pages/account.py': 'answers requests',
    'pages/invite.py': 'answers requests',
    'pages/reset.py': 'answers requests',
    'pages/setup.py': 'answers requests',
    'pages/login.py': 'answers requests',
    'pages/wall.py': 'answers requests',
    'pages/widget.py': 'answers requests',
    'pages/preferences.py': 'answers requests',
    'pages/parts/kit/single_upload.py': 'answers requests',
    'pages/parts/transcript/drawn.py': 'records when the browser has drawn',
    'pages/parts/talk/names.py': 'keeps names',
    'pages/parts/talk/news.py': 'answers requests',
}
"""Modules of pages that draw nothing after they waited, and why."""


def test_nothing_is_drawn_after_an_await_without_asking_for_its_place() -> None:
    going_on = [
        f'{path}:{waiting.lineno}'
        for path, tree in trees()
        if path.parts[0] == 'pages' and not {'api', 'web'} & set(path.parts)
        if str(path) not in UNATTENDED
        for function in tree
        if isinstance(function, ast.AsyncFunctionDef) and function.name not in ends(tree)
        for waiting in followed_awaits(function.body)
        if not ast.unparse(waiting.value).split('(')[0].endswith('still')
    ]

    assert going_on == []


def ends(tree: list[ast.AST]) -> set[str]:
    """Name what a module's components do when they are gone."""
    given = (call.args[0] for call in calls(tree, 'at_end'))
    return {one.attr for one in given if isinstance(one, ast.Attribute)}
