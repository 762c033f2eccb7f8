"""Which version a roll-out begins with: one whose tables are others, and a beginning of the newer one's."""

import subprocess
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from tests.load.processes import PROJECT
from tests.load.versions import (
    CARD,
    DRAINS,
    EVENTS,
    LAST_FIELD,
    MIGRATIONS,
    PASSES_OVER,
    VERSIONS,
    older_commit,
    two_versions,
)
from tests.support.migration_rules import breaking


class History:
    """A repository with migrations."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._git('init', '--quiet')

    def commit(self, **files: str) -> str:
        """Commit files under the names of migrations, and what drains and reads events where it is named; return the commit."""
        for name, content in files.items():
            others = {'drains': DRAINS, 'events': EVENTS}
            path = self.folder / others.get(name, f'{VERSIONS}/{name}.py')
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        self._git('add', '--all')
        self._git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'x', '--allow-empty')  # fmt: skip
        return self._git('rev-parse', 'HEAD').strip()

    def _git(self, *arguments: str) -> str:
        return subprocess.run(
            ['git', *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def test_newest_commit_before_the_last_migration_is_found(history: History) -> None:
    history.commit(first='1', drains='yes', events=PASSES_OVER)
    wanted = history.commit(second='2')
    history.commit(third='3')
    history.commit()

    assert older_commit(history.folder) == wanted


def test_migration_that_is_not_committed_counts(history: History) -> None:
    wanted = history.commit(first='1', drains='yes', events=PASSES_OVER)
    (history.folder / VERSIONS / 'second.py').write_text('2')

    assert older_commit(history.folder) == wanted


def test_commit_whose_migrations_were_changed_since_is_passed_over(history: History) -> None:
    wanted = history.commit(first='1', drains='yes', events=PASSES_OVER)
    history.commit(second='2 after another')
    history.commit(second='2', third='3')

    assert older_commit(history.folder) == wanted


def test_commit_that_does_not_drain_is_none(history: History) -> None:
    history.commit(first='1', events=PASSES_OVER)
    history.commit(second='2', drains='yes')

    assert older_commit(history.folder) == ''


def test_commit_that_skips_what_is_newer_is_none(history: History) -> None:
    history.commit(first='1', drains='yes', events='strict')
    history.commit(second='2', events=PASSES_OVER)

    assert older_commit(history.folder) == ''


def test_copy_has_a_field_more_on_each_chat_of_an_event() -> None:
    assert (PROJECT / CARD).read_text().count(LAST_FIELD) == 1
    assert PASSES_OVER in (PROJECT / EVENTS).read_text()


def test_folder_without_git_has_no_older_commit(tmp_path: Path) -> None:
    assert older_commit(tmp_path) == ''


def test_without_an_older_commit_the_newer_version_has_one_more_migration(tmp_path: Path) -> None:
    """As in a shallow clone: what there is of the project, without its history."""
    (tmp_path / MIGRATIONS).parent.mkdir()
    (tmp_path / MIGRATIONS).symlink_to(PROJECT / MIGRATIONS)

    with two_versions(tmp_path) as versions:
        [old, new] = [ScriptDirectory(str(one / MIGRATIONS)) for one in (versions.old, versions.new)]  # fmt: skip
        [more] = [one for one in new.walk_revisions() if one.revision == new.get_current_head()]

        assert versions.old == tmp_path
        assert (new.get_current_head(), more.down_revision) == ('rollout', old.get_current_head())
        assert breaking(Path(more.path).read_text()) == []
