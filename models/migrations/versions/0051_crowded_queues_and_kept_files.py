"""Queues that are crowded, what callers heard before a call, and the files of a case of 보호, copied.

Revision ID: 0051
Revises: 0050
"""

import sqlalchemy as sa
from alembic import op

revision = '0051'
down_revision = '0050'
branch_labels = None
depends_on = None

KEEP = """
    CREATE FUNCTION keep_protection_file() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.settled_at IS NULL THEN
            RETURN NEW;
        END IF;
        IF TG_OP <> 'DELETE' OR EXISTS (
            SELECT FROM protection_cases WHERE id = OLD.case_id AND kept_until >= (now() AT TIME ZONE 'Asia/Seoul')::date
        ) THEN
            RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN OLD;
    END $$
"""
NOW = sa.text('now()')
PENDING = sa.text('settled_at IS NULL')


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column('queues', sa.Column('most_waiting', sa.Integer(), nullable=True))
    op.add_column('queues', sa.Column('longest_wait_seconds', sa.Integer(), nullable=True))
    op.add_column(
        'queues',
        sa.Column('is_announced_by_phone', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    )  # fmt: skip
    op.add_column('calls', sa.Column('notices_asked_at', sa.TIMESTAMP(timezone=True), nullable=True))  # fmt: skip
    op.add_column(
        'protection_cases',
        sa.Column('recording_notice', sa.String(length=500), server_default='', nullable=False),
    )
    op.create_table(
        'protection_files',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('case_id', sa.Uuid(), nullable=False),
        sa.Column('message_id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('media_type', sa.String(length=100), nullable=False),
        sa.Column('size_bytes', sa.Integer(), nullable=False),
        sa.Column('source_key', sa.String(length=64), nullable=False),
        sa.Column('object_key', sa.String(length=64), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=NOW, nullable=False),
        sa.Column('try_at', sa.TIMESTAMP(timezone=True), server_default=NOW, nullable=False),
        sa.Column('settled_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('digest', sa.String(length=64), server_default='', nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['protection_cases.id'], name=op.f('fk_protection_files_case_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_protection_files')),
        sa.UniqueConstraint('object_key', name=op.f('uq_protection_files_object_key')),
    )  # fmt: skip
    op.create_index('uq_protection_files_message', 'protection_files', ['case_id', 'message_id'], unique=True)  # fmt: skip
    op.create_index('idx_protection_files_source', 'protection_files', ['source_key'], postgresql_where=PENDING)  # fmt: skip
    op.create_index('idx_protection_files_due', 'protection_files', ['try_at'], postgresql_where=PENDING)  # fmt: skip
    op.execute(KEEP)
    op.execute(
        'CREATE TRIGGER protection_files_only_grow BEFORE UPDATE OR DELETE ON protection_files'
        ' FOR EACH ROW EXECUTE FUNCTION keep_protection_file()'
    )


def downgrade() -> None:
    """Go back; copied files stay in the bucket."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('protection_files')
    op.execute('DROP FUNCTION keep_protection_file()')
    op.drop_column('protection_cases', 'recording_notice')
    op.drop_column('calls', 'notices_asked_at')
    op.drop_column('queues', 'is_announced_by_phone')
    op.drop_column('queues', 'longest_wait_seconds')
    op.drop_column('queues', 'most_waiting')
