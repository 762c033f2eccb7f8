"""Every column says whether it holds personal data, and what becomes of it."""

from collections import Counter

from sqlmodel import SQLModel

import models
from services.customers.personal_columns import ERASED, FREE, KEPT, STAFF


def declared() -> list[str]:
    """Every column in a list, as ``table.column``."""
    listed = [
        *((table, names.split()) for some in (ERASED, STAFF, FREE) for table, names in some.items()),
        *((table, list(columns)) for table, columns in KEPT.items()),
    ]  # fmt: skip
    return [f'{table}.{column}' for table, columns in listed for column in columns]


def test_every_column_is_in_one_list() -> None:
    assert models.Row  # the tables are registered
    columns = {
        f'{table.name}.{column.name}'
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
    }

    assert sorted(columns - {*declared()}) == [], (
        'put them into services/customers/personal_columns.py'
    )
    assert sorted({*declared()} - columns) == []
    assert [one for one, number in Counter(declared()).items() if number > 1] == []


def test_what_is_kept_has_a_reason_and_an_end() -> None:
    kept = [one for columns in KEPT.values() for one in columns.values()]

    assert [one for one in kept if not one.why or not one.until] == []


def test_no_text_about_customers_is_called_free() -> None:
    """A free text column whose name says that people write into it stands in another list."""
    spoken = {'text', 'content', 'body', 'comment', 'memo', 'note', 'summary', 'phone', 'email'}

    found = {f'{table}.{one}' for table, names in FREE.items() for one in names.split()}

    assert [one for one in found if one.rpartition('.')[2] in spoken] == []
