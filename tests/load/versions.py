"""Two versions of the desk whose tables differ, for a roll-out from one to the other.

The older one is the newest commit that drains, passes over a newer event's empty fields (decision 0017), and whose migrations are
a beginning of this checkout's. Where the history does not reach back to one (a shallow clone, a checkout without git), this
checkout is the older one, and the newer one is a copy of it with one more migration, which expands the tables that messages are
written to, and with one more field on each chat of an event.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic.script import ScriptDirectory

from tests.load.processes import PROJECT

MIGRATIONS = 'models/migrations'
VERSIONS = f'{MIGRATIONS}/versions'
DRAINS = 'desk/draining.py'
EVENTS = 'desk/events.py'
PASSES_OVER = 'def _says_nothing('
"""What stands in ``EVENTS`` of a version that passes over a newer event's empty fields."""
CARD = 'services/chats/events.py'
LAST_FIELD = '    joined_agent_ids: tuple[UUID, ...] = ()\n'
MOST_COMMITS = 500
LEFT_OUT = ('.*', '__pycache__', '*.pyc', 'bench-report.md')
EXPANDING = '''"""What a later version may add: columns of busy tables, and a table.

Revision ID: rollout
Revises: {before}
"""

import sqlalchemy as sa
from alembic import op

revision = 'rollout'
down_revision = '{before}'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ('messages', 'chat_sessions', 'outbox', 'agents'):
        op.add_column(table, sa.Column('of_a_later_version', sa.Text(), server_default='', nullable=False))
    op.create_table('of_a_later_version', sa.Column('id', sa.Uuid(), primary_key=True))
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoVersions:
    """Where both stand, and what they are."""

    old: Path
    new: Path
    said: str


@contextmanager
def two_versions(project: Path = PROJECT, *, commit: str = '') -> Iterator[TwoVersions]:
    """Give an older version (``commit``, where it is named) and a newer one, in folders that live as long as the block."""
    found = commit or older_commit(project)
    with tempfile.TemporaryDirectory(prefix='rollout-') as folder:
        tree = Path(folder) / 'desk'
        if not found:
            _expanded_copy(project, tree)
            yield TwoVersions(old=project, new=tree, said='this checkout to one more migration')
            return
        _git(project, 'worktree', 'add', '--detach', '--quiet', str(tree), found)
        try:
            yield TwoVersions(old=tree, new=project, said=f'{found[:8]} to this checkout')
        finally:
            _git(project, 'worktree', 'remove', '--force', str(tree))


def older_commit(project: Path) -> str:
    """Return the newest commit that a roll-out may begin with and that has only some of this checkout's migrations; empty without any."""
    try:
        present = _present(project)
        commits = _git(project, 'rev-list', '--first-parent', f'--max-count={MOST_COMMITS}', 'HEAD')
        for commit in commits.split():
            then = _files(project, commit)
            if not then.pop(DRAINS, ''):
                return ''  # nor has any before it
            if PASSES_OVER not in _git(project, 'show', f'{commit}:{EVENTS}'):
                return ''
            if then.items() < present.items():
                return commit
    except (OSError, subprocess.CalledProcessError):  # no git, or no repository
        return ''
    return ''


def _present(project: Path) -> dict[str, str]:
    """Return this checkout's migrations, committed or not, with what git calls their content."""
    paths = sorted(str(one.relative_to(project)) for one in (project / VERSIONS).glob('*.py'))
    return dict(zip(paths, _git(project, 'hash-object', *paths).split(), strict=True))


def _files(project: Path, commit: str) -> dict[str, str]:
    """Return the same of a commit, and of what drains."""
    listed = _git(project, 'ls-tree', '-r', commit, '--', VERSIONS, DRAINS).splitlines()
    cells = [line.split() for line in listed]  # mode, type, content, path
    return {path: content for _, _, content, path in cells if path.endswith('.py')}


def _expanded_copy(project: Path, tree: Path) -> None:
    shutil.copytree(project, tree, ignore=shutil.ignore_patterns(*LEFT_OUT))
    before = ScriptDirectory(str(tree / MIGRATIONS)).get_current_head()
    (tree / VERSIONS / '9999_rollout.py').write_text(EXPANDING.format(before=before))
    if (card := tree / CARD).exists():
        more = f"{LAST_FIELD}    of_a_later_version: str = ''\n"
        card.write_text(card.read_text().replace(LAST_FIELD, more, 1))


def _git(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        ['git', *arguments], cwd=project, check=True, capture_output=True, text=True
    )
    return done.stdout
