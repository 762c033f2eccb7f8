"""Chats that are reopened or put away for a time, earlier 후처리 of reopened contacts, and drafts of private notes.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None

ENDING = postgresql.ENUM('agent', 'limit', name='wrap_up_ending', create_type=False)
TIMES = ('reopened_at', 'snoozed_until', 'woken_at')


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TYPE message_type ADD VALUE IF NOT EXISTS 'reopened'")
    op.execute("ALTER TYPE step_kind ADD VALUE IF NOT EXISTS 'snoozed'")
    op.execute("ALTER TYPE step_kind ADD VALUE IF NOT EXISTS 'woken'")
    for name in TIMES:
        op.add_column('chat_sessions', sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=True))
    op.create_index(
        'idx_chat_sessions_snoozed', 'chat_sessions', ['snoozed_until'],
        postgresql_where=sa.text('snoozed_until IS NOT NULL'),
    )  # fmt: skip
    op.create_index(
        'idx_chat_sessions_joined', 'chat_sessions', ['joined_agent_ids'],
        postgresql_using='gin', postgresql_where=sa.text("status IN ('active', 'on_hold')"),
    )  # fmt: skip
    op.create_table(
        'past_wrap_ups',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('contact_id', sa.Uuid(), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('category_id', sa.Uuid(), nullable=True),
        sa.Column('summary', sa.String(), server_default='', nullable=False),
        sa.Column('needs_follow_up', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('done_at', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column('ending', ENDING, nullable=False),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_past_wrap_ups_agent_id')),
        sa.ForeignKeyConstraint(['category_id'], ['contact_categories.id'], name=op.f('fk_past_wrap_ups_category_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_past_wrap_ups')),
    )  # fmt: skip
    op.create_index('idx_past_wrap_ups_contact', 'past_wrap_ups', ['contact_id', 'created_at'])
    op.create_table(
        'note_drafts',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('chat_session_id', sa.Uuid(), nullable=False),
        sa.Column('text', sa.String(), nullable=False),
        sa.Column('updated_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_note_drafts_agent_id')),
        sa.ForeignKeyConstraint(['chat_session_id'], ['chat_sessions.id'], name=op.f('fk_note_drafts_chat_session_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_note_drafts')),
        sa.UniqueConstraint('agent_id', 'chat_session_id', name=op.f('uq_note_drafts_agent_id_chat_session_id')),
    )  # fmt: skip


def downgrade() -> None:
    """Go back to the revision before; PostgreSQL keeps the labels of enum types."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('note_drafts')
    op.drop_table('past_wrap_ups')
    op.drop_index('idx_chat_sessions_joined', table_name='chat_sessions')
    op.drop_index('idx_chat_sessions_snoozed', table_name='chat_sessions')
    for name in reversed(TIMES):
        op.drop_column('chat_sessions', name)
    op.execute("UPDATE messages SET type = 'joined' WHERE type = 'reopened'")
    op.execute("UPDATE contact_steps SET kind = 'whispered' WHERE kind IN ('snoozed', 'woken')")
