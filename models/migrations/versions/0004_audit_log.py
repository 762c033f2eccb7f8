"""The audit log: numbered without gaps, sealed one to the next, and refused every change.

The lock of ``chain_audit_entry`` lasts until its transaction ends, so that no entry is ever sealed on one that is undone;
whoever writes entries does it last.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

CHAIN_AUDIT_ENTRY = """
    CREATE FUNCTION chain_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        head audit_log;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('audit_log', 0));
        SELECT * INTO head FROM audit_log ORDER BY id DESC LIMIT 1;
        NEW.id := coalesce(head.id, 0) + 1;
        NEW.created_at := greatest(clock_timestamp(), head.created_at);
        NEW.previous_hash := coalesce(head.hash, repeat('0', 64));
        NEW.hash := (
            SELECT encode(sha256(convert_to(
                string_agg(coalesce(octet_length(value) || ':' || value, '-'), ',' ORDER BY place), 'UTF8')), 'hex')
            FROM unnest(ARRAY[
                NEW.previous_hash, NEW.id::text, (extract(epoch FROM NEW.created_at) * 1000000)::bigint::text,
                NEW.agent_id::text, NEW.action, NEW.subject_kind, NEW.subject_id::text,
                NEW.path, NEW.reason, NEW.details::text
            ]) WITH ORDINALITY AS part (value, place)
        );
        RETURN NEW;
    END $$
"""
REFUSE_AUDIT_CHANGE = """
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'audit_log only grows: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END $$
"""
TRIGGERS = (
    'CREATE TRIGGER audit_entry_is_chained BEFORE INSERT ON audit_log '
    'FOR EACH ROW EXECUTE FUNCTION chain_audit_entry()',
    'CREATE TRIGGER audit_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log '
    'FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()',
)


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'audit_log',
        sa.Column('id', sa.BigInteger(), autoincrement=False, server_default='0', nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('agent_id', sa.Uuid(), nullable=True),
        sa.Column('action', sa.String(length=50), nullable=False),
        sa.Column('subject_kind', sa.String(length=20), nullable=True),
        sa.Column('subject_id', sa.Uuid(), nullable=True),
        sa.Column('path', sa.String(length=200), server_default='', nullable=False),
        sa.Column('reason', sa.String(length=200), server_default='', nullable=False),
        sa.Column(
            'details',
            postgresql.JSONB(astext_type=sa.Text()),
            server_default='{}',
            nullable=False,
        ),
        sa.Column('previous_hash', sa.String(length=64), server_default='', nullable=False),
        sa.Column('hash', sa.String(length=64), server_default='', nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_log')),
    )
    op.create_index('idx_audit_log_created', 'audit_log', ['created_at'])
    op.create_index('idx_audit_log_agent', 'audit_log', ['agent_id', 'id'])
    op.create_index('idx_audit_log_action', 'audit_log', ['action', 'id'])
    op.create_index('idx_audit_log_subject', 'audit_log', ['subject_id', 'id'])
    op.execute(CHAIN_AUDIT_ENTRY)
    op.execute(REFUSE_AUDIT_CHANGE)
    for trigger in TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('audit_log')
    op.execute('DROP FUNCTION chain_audit_entry()')
    op.execute('DROP FUNCTION refuse_audit_change()')
