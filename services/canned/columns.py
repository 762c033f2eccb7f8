"""The columns of a sheet of canned replies, in Korean and English: an exported sheet can be imported again."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from desk.sheet_lines import by_name, folded
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
    FILES = 'files'
    """The names of its files, for reading: an import leaves files as they are."""


HEADINGS: dict[Column, tuple[str, str]] = {
    Column.WHOSE: ('공유', 'Shared with'),
    Column.FOLDER: ('폴더', 'Folder'),
    Column.TITLE: ('제목', 'Title'),
    Column.CODE: ('단축어', 'Short code'),
    Column.BODY: ('답변', 'Reply'),
    Column.TITLE_EN: ('영어 제목', 'English title'),
    Column.BODY_EN: ('영어 답변', 'English reply'),
    Column.STATE: ('상태', 'State'),
    Column.FILES: ('파일', 'Files'),
}
OWN = ('내 답변', 'Only me')
EVERYBODY = ('모든 부서', 'All departments')
STATES = {'yes': ('사용 중', 'In use'), 'no': ('쓰지 않음', 'Not in use')}
KNOWN = by_name(HEADINGS)
_STATES = {folded(name): state for state, names in STATES.items() for name in (state, *names)}


def column_of(heading: str) -> Column | None:
    """Return the column that a heading names."""
    return KNOWN.get(folded(heading))


def department_of(cell: str) -> str | None:
    """Return the department that a row is shared with, ``''`` for all; ``None`` for an own reply."""
    whose = folded(cell)
    if not whose or whose in map(folded, OWN):
        return None
    return '' if whose in map(folded, EVERYBODY) else cell.strip()


def state_of(cell: str) -> str:
    """Return the state that a cell names as it is typed in a form, or the cell itself."""
    return _STATES.get(folded(cell), cell)


def cells(row: CannedReply, files: Sequence[str], place: int) -> list[str]:
    """Return a reply with the names of its files as a row of the sheet, in Korean (``place`` 0) or English (1)."""
    values: Mapping[str, str] = typed(row)
    whose = OWN[place] if row.owner_id else (row.department or EVERYBODY[place])
    written = {**values, 'whose': whose, 'is_active': STATES[values['is_active']][place]}
    written['files'] = '\n'.join(files)
    return [written[column.value] for column in HEADINGS]
