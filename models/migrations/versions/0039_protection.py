"""보호: cases of protection from abuse, with steps and evidence that only grow, and what is announced before a contact.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None

KEEP = """
    CREATE FUNCTION keep_protection_record() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'DELETE' OR EXISTS (
            SELECT FROM protection_cases WHERE id = OLD.case_id AND kept_until >= (now() AT TIME ZONE 'Asia/Seoul')::date
        ) THEN
            RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN OLD;
    END $$
"""
GROWING = ('protection_steps', 'protection_evidence')
NOW = sa.text('now()')
CHANNEL = postgresql.ENUM('chat', 'call', name='channel', create_type=False)


def _timestamp(name: str, *, nullable: bool = True) -> sa.Column[object]:
    default = None if nullable else NOW
    return sa.Column(name, sa.TIMESTAMP(timezone=True), server_default=default, nullable=nullable)


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TYPE message_type ADD VALUE IF NOT EXISTS 'notice'")
    op.execute("ALTER TYPE step_kind ADD VALUE IF NOT EXISTS 'warned'")
    op.create_table(
        'announcements',
        sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column('language', sa.String(length=2), nullable=False),
        sa.Column('body', sa.String(length=500), nullable=False),
        _timestamp('created_at', nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_announcements')),
    )
    op.create_index('uq_announcements_text', 'announcements', ['language', 'body'], unique=True)
    _cases()
    _growing()
    _pairs()
    op.add_column('chat_sessions', sa.Column('announcement_id', sa.Integer(), nullable=True))
    op.add_column('chat_sessions', _timestamp('announced_at'))
    op.add_column('calls', sa.Column('announcement_id', sa.Integer(), nullable=True))
    for table in ('chat_sessions', 'calls'):
        op.create_foreign_key(
            op.f(f'fk_{table}_announcement_id'), table, 'announcements', ['announcement_id'], ['id'],
            postgresql_not_valid=True,
        )  # fmt: skip
    op.add_column('queues', sa.Column('abuse_warnings', sa.Integer(), server_default='2', nullable=False))  # fmt: skip
    op.add_column('queues', sa.Column('harassment_warnings', sa.Integer(), server_default='1', nullable=False))  # fmt: skip
    op.alter_column('floor_alerts', 'threshold_id', nullable=True)
    op.add_column('floor_alerts', sa.Column('case_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f('fk_floor_alerts_case_id'), 'floor_alerts', 'protection_cases', ['case_id'], ['id']
    )
    op.execute(
        'INSERT INTO away_reasons (id, created_at, code, name, name_en, position, is_choosable)'
        " VALUES (gen_random_uuid(), now(), 'protected_rest', '보호 휴식', 'Protected rest', 90, false)"
        ' ON CONFLICT (code) DO NOTHING'
    )


def _cases() -> None:
    op.create_table(
        'protection_cases',
        sa.Column('id', sa.Uuid(), nullable=False),
        _timestamp('created_at', nullable=False),
        sa.Column('contact_id', sa.Uuid(), nullable=False),
        sa.Column('channel', CHANNEL, nullable=False),
        sa.Column('queue_id', sa.Uuid(), nullable=True),
        sa.Column('department', sa.String(length=100), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('customer_id', sa.Uuid(), nullable=True),
        sa.Column('customer_name', sa.String(length=100), server_default='', nullable=False),
        sa.Column('phone', sa.String(length=20), server_default='', nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('language', sa.String(length=2), nullable=False),
        sa.Column('warnings', sa.Integer(), server_default='0', nullable=False),
        sa.Column('warnings_wanted', sa.Integer(), nullable=False),
        sa.Column('announcement_id', sa.Integer(), nullable=True),
        *(
            _timestamp(name)
            for name in ('announced_at', 'over_at', 'rest_from', 'rest_until', 'restricted_until')
        ),
        sa.Column('ended_by_id', sa.Uuid(), nullable=True),
        sa.Column('kept_until', sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_protection_cases_agent_id')),
        sa.ForeignKeyConstraint(['ended_by_id'], ['agents.id'], name=op.f('fk_protection_cases_ended_by_id')),
        sa.ForeignKeyConstraint(['queue_id'], ['queues.id'], name=op.f('fk_protection_cases_queue_id')),
        sa.ForeignKeyConstraint(['announcement_id'], ['announcements.id'], name=op.f('fk_protection_cases_announcement_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_protection_cases')),
    )  # fmt: skip
    op.create_index('uq_protection_cases_contact', 'protection_cases', ['contact_id', 'agent_id'], unique=True)  # fmt: skip
    op.create_index('idx_protection_cases_created', 'protection_cases', ['created_at', 'id'])
    op.create_index(
        'idx_protection_cases_open', 'protection_cases', ['created_at'],
        postgresql_where=sa.text('over_at IS NULL'),
    )  # fmt: skip
    op.create_index('idx_protection_cases_kept', 'protection_cases', ['kept_until'])
    op.create_index('idx_protection_cases_customer', 'protection_cases', ['customer_id'])


def _growing() -> None:
    """Make the tables that only grow until the day of their case."""
    op.create_table(
        'protection_steps',
        sa.Column('id', sa.Uuid(), nullable=False),
        _timestamp('created_at', nullable=False),
        sa.Column('case_id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=True),
        sa.Column('words', sa.String(length=1024), server_default='', nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['protection_cases.id'], name=op.f('fk_protection_steps_case_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_protection_steps')),
    )  # fmt: skip
    op.create_index('idx_protection_steps_case', 'protection_steps', ['case_id', 'created_at', 'id'])  # fmt: skip
    op.create_table(
        'protection_evidence',
        sa.Column('case_id', sa.Uuid(), nullable=False),
        _timestamp('created_at', nullable=False),
        sa.Column('lines', postgresql.JSONB(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['protection_cases.id'], name=op.f('fk_protection_evidence_case_id')),
        sa.PrimaryKeyConstraint('case_id', name=op.f('pk_protection_evidence')),
    )  # fmt: skip
    op.execute(KEEP)
    for table in GROWING:
        op.execute(
            f'CREATE TRIGGER {table}_only_grow BEFORE UPDATE OR DELETE ON {table}'
            ' FOR EACH ROW EXECUTE FUNCTION keep_protection_record()'
        )


def _pairs() -> None:
    op.create_table(
        'barred_pairs',
        sa.Column('id', sa.Uuid(), nullable=False),
        _timestamp('created_at', nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('customer_id', sa.Uuid(), nullable=True),
        sa.Column('phone', sa.String(length=20), server_default='', nullable=False),
        sa.Column('case_id', sa.Uuid(), nullable=False),
        _timestamp('lifted_at'),
        sa.Column('lifted_by_id', sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_barred_pairs_agent_id')),
        sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_barred_pairs_customer_id')),
        sa.ForeignKeyConstraint(['case_id'], ['protection_cases.id'], name=op.f('fk_barred_pairs_case_id')),
        sa.ForeignKeyConstraint(['lifted_by_id'], ['agents.id'], name=op.f('fk_barred_pairs_lifted_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_barred_pairs')),
    )  # fmt: skip
    in_force = sa.text('lifted_at IS NULL')
    op.create_index('idx_barred_pairs_phone', 'barred_pairs', ['phone'], postgresql_where=in_force)
    op.create_index('idx_barred_pairs_customer', 'barred_pairs', ['customer_id'], postgresql_where=in_force)  # fmt: skip
    op.create_index('uq_barred_pairs_case', 'barred_pairs', ['case_id'], unique=True)


def downgrade() -> None:
    """Go back to the revision before; PostgreSQL keeps the new labels of enums."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM contact_steps WHERE kind = 'warned'")
    op.execute("UPDATE messages SET type = 'text' WHERE type = 'notice'")
    op.execute('DELETE FROM floor_alerts WHERE threshold_id IS NULL')
    op.drop_column('floor_alerts', 'case_id')
    op.alter_column('floor_alerts', 'threshold_id', nullable=False)
    op.drop_column('queues', 'harassment_warnings')
    op.drop_column('queues', 'abuse_warnings')
    op.drop_column('calls', 'announcement_id')
    op.drop_column('chat_sessions', 'announced_at')
    op.drop_column('chat_sessions', 'announcement_id')
    op.drop_table('barred_pairs')
    op.drop_table('protection_evidence')
    op.drop_table('protection_steps')
    op.execute('DROP FUNCTION keep_protection_record()')
    op.drop_table('protection_cases')
    op.drop_table('announcements')
    op.execute(
        "UPDATE agents SET base_status = 'away', away_reason_id = NULL"
        " WHERE away_reason_id = (SELECT id FROM away_reasons WHERE code = 'protected_rest')"
    )
    op.execute(
        'UPDATE agents SET next_reason_id = NULL'
        " WHERE next_reason_id = (SELECT id FROM away_reasons WHERE code = 'protected_rest')"
    )
    op.execute(
        'UPDATE agent_status_changes SET reason_id = NULL'
        " WHERE reason_id = (SELECT id FROM away_reasons WHERE code = 'protected_rest')"
    )
    op.execute("DELETE FROM away_reasons WHERE code = 'protected_rest'")
