"""Contact categories (상담 분류): a tree of up to three levels, for one queue or for all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from models import ContactCategory
from services.contacts import category_queries as queries
from services.contacts.category_names import path_names
from services.text.folding import name_key
from services.text.terms import clean, initials_of
from services.work.unit_of_work import UnitsOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryPath:
    """One node of the tree, of any level, with the names above it."""

    id: UUID
    path: str
    path_en: str
    is_retired: bool


class Leaf(CategoryPath):
    """One leaf, as offered for choice."""


PathT = TypeVar('PathT', bound=CategoryPath)
_Line = tuple[list[ContactCategory], bool]


class Categories:
    """The tree of 상담 분류."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._db = units.db

    async def leaves(self, queue_id: UUID | None, *, with_retired: bool = False) -> list[Leaf]:
        """Return the leaves for contacts of a queue, in the order of the tree."""
        async with self._db.reading() as session:
            rows = await queries.all_of(session, queue_id)
        return [leaf for leaf in _leaves(rows) if with_retired or not leaf.is_retired]


def matching(paths: Sequence[PathT], text: str, *, is_english: bool = False) -> list[PathT]:
    """Return the paths that contain the typed text or its initials (초성); all for an empty text."""
    wanted = name_key(clean(text))
    found = []
    for one in paths:
        key = name_key((one.path_en or one.path) if is_english else one.path)
        if wanted in key or wanted in initials_of(key):
            found.append(one)
    return found


def paths_of(rows: Sequence[ContactCategory]) -> list[CategoryPath]:
    """Return every node of these trees, of any level, in their order."""
    return [CategoryPath(**_named(line)) for line, _is_leaf in _lines(rows)]


def _leaves(rows: Sequence[ContactCategory]) -> list[Leaf]:
    return [Leaf(**_named(line)) for line, is_leaf in _lines(rows) if is_leaf]


def _lines(rows: Sequence[ContactCategory]) -> Iterator[_Line]:
    """Yield the path from the root to each node, in the order of the tree, and whether it is a leaf."""
    below: dict[UUID | None, list[ContactCategory]] = {}
    for row in sorted(rows, key=lambda one: (one.position, one.created_at)):
        below.setdefault(row.parent_id, []).append(row)

    def walk(node: ContactCategory, above: Sequence[ContactCategory]) -> Iterator[_Line]:
        line = [*above, node]
        yield line, node.id not in below
        for child in below.get(node.id, []):
            yield from walk(child, line)

    for root in below.get(None, []):
        yield from walk(root, [])


def _named(line: Sequence[ContactCategory]) -> dict[str, Any]:
    path, path_en = path_names([(one.name, one.name_en) for one in line])
    is_retired = any(one.retired_at for one in line)
    return {'id': line[-1].id, 'path': path, 'path_en': path_en, 'is_retired': is_retired}
