"""What a migration does that the version of the desk before it cannot live with: it works on while the new one is rolled out.

A migration expands: tables, columns that may be empty or have a default, values at the end of an enum, indexes. What removes
or narrows comes a release later, when no process is left that uses it, and says so by ``contracts = 'revision'``: the revision
since which nothing has used it.
"""

import ast
import re
from collections.abc import Iterator

REMOVING = {'drop_table', 'drop_column', 'rename_table'}
NARROWING = {'create_unique_constraint', 'create_check_constraint', 'create_foreign_key'}
TABLE_PLACE = 1
COLUMNS_PLACE = {'create_unique_constraint': 2, 'create_foreign_key': 3, 'create_index': 2}
"""Where the table and the columns stand among the arguments of an operation."""
CREATED = re.compile(r'\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)', re.IGNORECASE)
SQL = {
    'removes a table, column, type or function': r'\bDROP\s+(?:TABLE|COLUMN|TYPE|FUNCTION|VIEW)\b',
    'renames': r'\bRENAME\s+(?:TO|COLUMN|VALUE|CONSTRAINT)\b',
    'forbids NULL': r'\bSET\s+NOT\s+NULL\b',
    'changes a type': r'\bALTER\s+(?:COLUMN\s+)?\w+\s+(?:SET\s+DATA\s+)?TYPE\b',
    'puts an enum value between others': r'\bADD\s+VALUE\b[^;]*\b(?:BEFORE|AFTER)\b',
    'adds a column that needs a value': r'\bADD\s+COLUMN\b(?:(?!\bDEFAULT\b|\bGENERATED\b|,).)*\bNOT\s+NULL\b(?!(?:(?!,).)*\b(?:DEFAULT|GENERATED)\b)',
}


def breaking(source: str) -> list[str]:
    """Return what ``upgrade`` of a migration does that breaks the version before, a phrase each."""
    tree = ast.parse(source)
    calls = list(_calls(tree))
    texts = list(_texts(tree))
    created = {_text(one.args[0]) for one in calls if _name(one) == 'create_table'}
    created |= {name for text in texts for name in CREATED.findall(text)}
    created |= {_column_of(one) for one in calls if _name(one) == 'add_column'}
    found = [phrase for one in calls if (phrase := _fault(one, created))]
    found += [
        what
        for what, pattern in SQL.items()
        for text in texts
        if re.search(pattern, text, re.IGNORECASE | re.DOTALL)
    ]
    return found


def contracted(source: str) -> str:
    """Return the revision that a migration names as the one since which nothing uses what it removes; empty for none."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and [ast.unparse(one) for one in node.targets] == ['contracts']:  # fmt: skip
            return _text(node.value)
    return ''


def _fault(call: ast.Call, created: set[str]) -> str:
    name = _name(call)
    options = {one.arg: one.value for one in call.keywords}
    if name in REMOVING:
        return f'{name} {_text(call.args[0])}'
    if name == 'add_column' and _needs_value(call):
        return f'adds a column to {_text(call.args[0])} that needs a value'
    if name == 'alter_column':
        narrows = {'new_column_name', 'type_'} & set(options) or _is(options.get('nullable'), False)
        return f'narrows a column of {_text(call.args[0])}' if narrows else ''
    is_unique = name == 'create_index' and _is(options.get('unique'), True)
    if name in NARROWING or is_unique:
        table = _text(call.args[TABLE_PLACE])
        is_new = table in created or _columns(call, table) <= created
        return '' if is_new else f'{name} on {table}, which has rows'
    return ''


def _column_of(add_column: ast.Call) -> str:
    """Return the column that is added, as ``table.column``."""
    column = add_column.args[1]
    name = _text(column.args[0]) if isinstance(column, ast.Call) else ast.unparse(column)
    return f'{_text(add_column.args[0])}.{name}'


def _columns(call: ast.Call, table: str) -> set[str]:
    """Return the columns that a constraint or an index is about, as ``table.column``; ``*`` when it cannot be seen."""
    place = COLUMNS_PLACE.get(_name(call))
    listed = call.args[place] if place is not None else None
    return (
        {f'{table}.{_text(one)}' for one in listed.elts} if isinstance(listed, ast.List) else {'*'}
    )


def _needs_value(call: ast.Call) -> bool:
    """Whether a column is added that an insert of the older version leaves out and that may not be empty."""
    column = call.args[1]
    if not isinstance(column, ast.Call):
        return True  # cannot be seen here: state it in the call
    options = {one.arg: one.value for one in column.keywords}
    fills_itself = any(isinstance(one, ast.Call) and _name(one) in {'Computed', 'Identity'} for one in column.args)  # fmt: skip
    return (
        _is(options.get('nullable'), False) and 'server_default' not in options and not fills_itself
    )


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls of everything but ``downgrade``."""
    for part in tree.body:
        if not _is_downgrade(part):
            yield from (one for one in ast.walk(part) if isinstance(one, ast.Call))


def _texts(tree: ast.Module) -> Iterator[str]:
    """Yield the texts of everything but ``downgrade`` and docstrings: SQL may stand in constants of the module."""
    documented = (ast.Module, ast.FunctionDef)
    said = {
        id(one.body[0].value)
        for one in ast.walk(tree)
        if isinstance(one, documented) and one.body and isinstance(one.body[0], ast.Expr)
    }
    for part in tree.body:
        if not _is_downgrade(part):
            for one in ast.walk(part):
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in said:  # fmt: skip
                    yield one.value


def _is_downgrade(part: ast.stmt) -> bool:
    return isinstance(part, ast.FunctionDef) and part.name == 'downgrade'


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ''


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


def _is(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
