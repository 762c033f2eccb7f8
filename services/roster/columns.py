"""The columns of a sheet of people, in Korean and English: an exported sheet can be imported again."""

from enum import StrEnum

from desk.sheet_lines import by_name, folded
from models import AgentRole


class Column(StrEnum):
    """The columns; ``USERNAME`` says who a row is about."""

    USERNAME = 'username'
    LAST_NAME = 'last_name'
    FIRST_NAME = 'first_name'
    EMAIL = 'email'
    ROLE = 'role'
    DEPARTMENT = 'department'
    CAPACITY = 'chat_capacity'
    SKILLS = 'skills'
    STATE = 'state'
    """Exported only: who leaves is deactivated by hand, with a hand-over."""


HEADINGS: dict[Column, tuple[str, str]] = {
    Column.USERNAME: ('아이디', 'Username'),
    Column.LAST_NAME: ('성', 'Family name'),
    Column.FIRST_NAME: ('이름', 'Given name'),
    Column.EMAIL: ('이메일', 'E-mail'),
    Column.ROLE: ('역할', 'Role'),
    Column.DEPARTMENT: ('부서', 'Department'),
    Column.CAPACITY: ('동시 채팅', 'Chats at once'),
    Column.SKILLS: ('역량', 'Skills'),
    Column.STATE: ('상태', 'State'),
}
ROLES: dict[AgentRole, tuple[str, str]] = {
    AgentRole.AGENT: ('상담원', 'Agent'),
    AgentRole.SUPERVISOR: ('팀장', 'Supervisor'),
    AgentRole.ADMIN: ('시스템 관리자', 'Administrator'),
}
STATES = {True: ('사용 중', 'In use'), False: ('사용 중지', 'Ended')}
KNOWN = by_name(HEADINGS)
_ROLES = by_name(ROLES)


def column_of(heading: str) -> Column | None:
    """Return the column that a heading names."""
    return KNOWN.get(folded(heading))


def role_of(text: str) -> AgentRole | None:
    """Return the role that a cell names."""
    return _ROLES.get(folded(text))
