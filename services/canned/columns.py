"""The columns of a sheet of canned replies, in Korean and English: an exported sheet can be imported again."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from models import CannedReply
from services.canned.fields import typed


class Column(StrEnum):
    """The columns: the fields of a reply, and whose it is. Folder and title say which reply a row is about."""

    WHOSE = 'whose'
    FOLDER = 'folder'
    TITLE = 'title'
    CODE = 'code'
    BODY = 'body'
    TITLE_EN = 'title_en'
    BODY_EN = 'body_en'
    STATE = 'is_active'


HEADINGS: dict[Column, tuple[str, str]] = {
    Column.WHOSE: ('공유', 'Shared with'),
    Column.FOLDER: ('폴더', 'Folder'),
    Column.TITLE: ('제목', 'Title'),
    Column.CODE: ('단축어', 'Short code'),
    Column.BODY: ('답변', 'Reply'),
    Column.TITLE_EN: ('영어 제목', 'English title'),
    Column.BODY_EN: ('영어 답변', 'English reply'),
    Column.STATE: ('상태', 'State'),
}
OWN = ('내 답변', 'Only me')
EVERYBODY = ('모든 부서', 'All departments')
STATES = {'yes': ('사용 중', 'In use'), 'no': ('쓰지 않음', 'Not in use')}


def _folded(text: str) -> str:
    return ''.join(text.split()).lower()


_KNOWN = {
    _folded(name): column for column, names in HEADINGS.items() for name in (column.value, *names)
}
_STATES = {_folded(name): state for state, names in STATES.items() for name in (state, *names)}


def column_of(heading: str) -> Column | None:
    """Return the column that a heading names."""
    return _KNOWN.get(_folded(heading))


def known(headings: Sequence[str]) -> int:
    """Return how many of these headings are known."""
    return sum(column_of(heading) is not None for heading in headings)


def department_of(cell: str) -> str | None:
    """Return the department that a row is shared with, ``''`` for all; ``None`` for an own reply."""
    folded = _folded(cell)
    if not folded or folded in map(_folded, OWN):
        return None
    return '' if folded in map(_folded, EVERYBODY) else cell.strip()


def state_of(cell: str) -> str:
    """Return the state that a cell names as it is typed in a form, or the cell itself."""
    return _STATES.get(_folded(cell), cell)


def cells(row: CannedReply, place: int) -> list[str]:
    """Return a reply as a row of the sheet, in Korean (``place`` 0) or English (1)."""
    values: Mapping[str, str] = typed(row)
    whose = OWN[place] if row.owner_id else (row.department or EVERYBODY[place])
    written = {**values, 'whose': whose, 'is_active': STATES[values['is_active']][place]}
    return [written[column.value] for column in HEADINGS]
