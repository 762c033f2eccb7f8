"""Saved reports, rollups for reports, and the triggers that mark a contact when a fact about it is stored.

Triggers, because a version that knows no reports writes facts too while a release is rolled out.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

_NOTE_STEPS = """
    CREATE FUNCTION note_steps_for_reports() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO report_changes (contact_id) SELECT DISTINCT contact_id FROM added;
        RETURN NULL;
    END $$
"""
_NOTE_CONTACT = """
    CREATE FUNCTION note_contact_for_reports() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO report_changes (contact_id) VALUES ((to_jsonb(NEW) ->> TG_ARGV[0])::uuid);
        RETURN NULL;
    END $$
"""
_TRIGGERS = {
    'contact_steps': """
        CREATE TRIGGER steps_change_reports AFTER INSERT ON contact_steps REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION note_steps_for_reports()
    """,
    'wrap_ups': """
        CREATE TRIGGER wrap_up_changes_reports AFTER INSERT OR UPDATE OF category_id ON wrap_ups
        FOR EACH ROW EXECUTE FUNCTION note_contact_for_reports('contact_id')
    """,
    'promises': """
        CREATE TRIGGER promise_changes_reports AFTER INSERT OR UPDATE OF status ON promises
        FOR EACH ROW EXECUTE FUNCTION note_contact_for_reports('contact_id')
    """,
    'chat_moods': """
        CREATE TRIGGER mood_changes_reports AFTER INSERT OR UPDATE OF sentiment ON chat_moods
        FOR EACH ROW EXECUTE FUNCTION note_contact_for_reports('chat_session_id')
    """,
    'chat_sessions': """
        CREATE TRIGGER customer_of_chat_changes_reports AFTER UPDATE OF customer_id, visitor_phone ON chat_sessions
        FOR EACH ROW WHEN (OLD.customer_id IS DISTINCT FROM NEW.customer_id OR OLD.visitor_phone <> NEW.visitor_phone)
        EXECUTE FUNCTION note_contact_for_reports('id')
    """,
    'calls': """
        CREATE TRIGGER customer_of_call_changes_reports AFTER UPDATE OF customer_id, phone ON calls
        FOR EACH ROW WHEN (OLD.customer_id IS DISTINCT FROM NEW.customer_id OR OLD.phone <> NEW.phone)
        EXECUTE FUNCTION note_contact_for_reports('id')
    """,
}


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text('false'), nullable=False)


def _milliseconds(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default='0', nullable=False)


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'report_lines',
        sa.Column('contact_id', sa.Uuid(), nullable=False),
        sa.Column('number', sa.SmallInteger(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('hour', sa.SmallInteger(), nullable=False),
        sa.Column('queue_id', sa.Uuid(), nullable=True),
        sa.Column('agent_id', sa.Uuid(), nullable=True),
        sa.Column('channel', postgresql.ENUM(name='channel', create_type=False), nullable=False),
        sa.Column('category_id', sa.Uuid(), nullable=True),
        sa.Column('definition', sa.SmallInteger(), nullable=False),
        sa.Column('came_at', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column('person', sa.Uuid(), nullable=True),
        _flag('has_arrived'),
        sa.Column('outcome', sa.String(length=20), nullable=True),
        _milliseconds('wait_ms'),
        _flag('has_reply'),
        _milliseconds('reply_ms'),
        _flag('is_repeat'),
        _flag('has_mood'),
        _flag('is_negative'),
        _flag('has_promise'),
        _flag('has_kept'),
        _flag('was_transferred'),
        _flag('was_handled'),
        _milliseconds('talk_ms'),
        _milliseconds('hold_ms'),
        _milliseconds('wrap_up_ms'),
        sa.PrimaryKeyConstraint('contact_id', 'number', name=op.f('pk_report_lines')),
    )
    op.create_index('idx_report_lines_day', 'report_lines', ['day'])
    op.create_index('idx_report_lines_person', 'report_lines', ['person', 'came_at'])
    op.create_table(
        'report_changes',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column('contact_id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_report_changes')),
    )
    op.create_index('idx_report_changes_contact', 'report_changes', ['contact_id'])
    _saved_reports()
    op.execute(_NOTE_STEPS)
    op.execute(_NOTE_CONTACT)
    for trigger in _TRIGGERS.values():
        op.execute(trigger)
    # What was stored before is computed by the first desk that runs, in the background.
    op.execute(
        'INSERT INTO report_changes (contact_id) SELECT contact_id FROM contact_steps GROUP BY 1 ORDER BY max(at) DESC'
    )


def _saved_reports() -> None:
    op.create_table(
        'saved_reports',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('made_by_id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('query', sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ['made_by_id'], ['agents.id'], name=op.f('fk_saved_reports_made_by_id')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_reports')),
        sa.UniqueConstraint('name', name=op.f('uq_saved_reports_name')),
    )
    op.create_table(
        'report_subscriptions',
        sa.Column('report_id', sa.Uuid(), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ['report_id'],
            ['saved_reports.id'],
            name=op.f('fk_report_subscriptions_report_id'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['agent_id'], ['agents.id'], name=op.f('fk_report_subscriptions_agent_id')
        ),
        sa.PrimaryKeyConstraint('report_id', 'agent_id', name=op.f('pk_report_subscriptions')),
    )
    op.create_index(op.f('ix_report_subscriptions_agent_id'), 'report_subscriptions', ['agent_id'])


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, trigger in _TRIGGERS.items():
        name = trigger.split()[2]
        op.execute(f'DROP TRIGGER {name} ON {table}')
    op.execute('DROP FUNCTION note_steps_for_reports()')
    op.execute('DROP FUNCTION note_contact_for_reports()')
    op.drop_table('report_subscriptions')
    op.drop_table('saved_reports')
    op.drop_table('report_changes')
    op.drop_table('report_lines')
