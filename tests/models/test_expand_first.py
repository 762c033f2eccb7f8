"""Migrations expand first and contract later: the version before works on while the new one is rolled out (decision 0057)."""

from pathlib import Path

import pytest

from models import migrations
from tests.support.migration_rules import breaking, contracted

VERSIONS = sorted((Path(migrations.__file__).parent / 'versions').glob('*.py'))
BASE = '0049'
"""The last revision before this rule: nobody rolls out from an earlier one."""
NEW = [one for one in VERSIONS if one.stem[:4] > BASE]


def migration(upgrade: str, *, head: str = '') -> str:
    """A migration with these operations."""
    return f'import sqlalchemy as sa\nfrom alembic import op\n{head}\n\ndef upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    op.drop_table("parcels")\n'


@pytest.mark.parametrize(
    'upgrade',
    [
        "op.drop_table('parcels')",
        "op.drop_column('agents', 'email')",
        "op.rename_table('agents', 'people')",
        "op.alter_column('agents', 'email', new_column_name='mail')",
        "op.alter_column('agents', 'email', nullable=False)",
        "op.alter_column('agents', 'email', type_=sa.Text())",
        "op.add_column('agents', sa.Column('nick', sa.Text(), nullable=False))",
        "op.create_unique_constraint('uq', 'agents', ['nick'])",
        "op.create_check_constraint('ck', 'agents', 'nick is not null')",
        "op.create_index('uq', 'agents', ['nick'], unique=True)",
        "op.execute('ALTER TABLE agents DROP COLUMN email')",
        "op.execute('ALTER TABLE agents RENAME COLUMN email TO mail')",
        "op.execute('ALTER TABLE agents ALTER COLUMN email SET NOT NULL')",
        "op.execute('ALTER TABLE agents ALTER COLUMN email TYPE text')",
        "op.execute('ALTER TABLE agents ADD COLUMN nick text NOT NULL')",
        "op.execute('''ALTER TYPE agent_role ADD VALUE 'guest' BEFORE 'agent' ''')",
        "op.execute(\"ALTER TYPE agent_role RENAME VALUE 'agent' TO 'clerk'\")",
    ],
)
def test_what_the_version_before_cannot_live_with_is_found(upgrade: str) -> None:
    assert len(breaking(migration(upgrade))) == 1


@pytest.mark.parametrize(
    'upgrade',
    [
        "op.create_table('parcels', sa.Column('id', sa.Uuid(), nullable=False))",
        "op.add_column('agents', sa.Column('nick', sa.Text(), nullable=True))",
        "op.add_column('agents', sa.Column('nick', sa.Text(), server_default='', nullable=False))",
        "op.alter_column('agents', 'email', nullable=True)",
        "op.create_index('ix', 'agents', ['nick'])",
        "op.create_table('parcels'); op.create_index('uq', 'parcels', ['nick'], unique=True)",
        "op.add_column('agents', sa.Column('boss', sa.Uuid())); op.create_foreign_key('fk', 'agents', 'agents', ['boss'], ['id'])",
        "op.execute('ALTER TABLE agents ADD COLUMN nick text')",
        "op.execute('''ALTER TABLE agents ADD COLUMN nick text NOT NULL DEFAULT '' ''')",
        "op.execute('''ALTER TABLE agents ADD COLUMN nick text DEFAULT '' NOT NULL''')",
        "op.execute('''ALTER TYPE agent_role ADD VALUE 'guest' ''')",
    ],
)
def test_what_only_adds_is_not(upgrade: str) -> None:
    assert breaking(migration(upgrade)) == []


def test_statement_in_a_constant_is_read_too() -> None:
    head = "GONE = 'DROP TABLE parcels'"

    assert breaking(migration('op.execute(GONE)', head=head)) != []


def test_migrations_from_before_the_rule_would_not_all_pass() -> None:
    """The rule finds what was really written: some of the first migrations removed what the version before them used."""
    old = [one for one in VERSIONS if one.stem[:4] <= BASE]

    assert any(breaking(one.read_text()) for one in old)
    assert not breaking(next(one for one in old if one.stem.startswith('0048')).read_text())


def test_each_new_migration_only_adds_or_removes_what_an_earlier_release_gave_up() -> None:
    for one in NEW:
        source = one.read_text()
        given_up = contracted(source)

        assert given_up or not breaking(source), f'{one.stem}: {breaking(source)}'
        assert not given_up or BASE <= given_up < one.stem[:4], (
            f'{one.stem} names no earlier revision'
        )
