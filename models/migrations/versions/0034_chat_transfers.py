"""Transfers of chats between agents, several agents in one chat, and reminders of chats on hold.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

OUTCOME = postgresql.ENUM(
    'accepted', 'refused', 'missed', 'withdrawn', name='transfer_outcome', create_type=False
)


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TYPE message_type ADD VALUE IF NOT EXISTS 'transferred'")
    OUTCOME.create(op.get_bind())
    op.create_table(
        'chat_transfers',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('chat_session_id', sa.Uuid(), nullable=False),
        sa.Column('from_id', sa.Uuid(), nullable=False),
        sa.Column('to_agent_id', sa.Uuid(), nullable=True),
        sa.Column('to_queue_id', sa.Uuid(), nullable=True),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('category_id', sa.Uuid(), nullable=True),
        sa.Column('expires_at', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column('ended_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('ended_by_id', sa.Uuid(), nullable=True),
        sa.Column('refused_by_ids', sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column('outcome', OUTCOME, nullable=True),
        sa.ForeignKeyConstraint(['chat_session_id'], ['chat_sessions.id'], name=op.f('fk_chat_transfers_chat_session_id')),
        sa.ForeignKeyConstraint(['from_id'], ['agents.id'], name=op.f('fk_chat_transfers_from_id')),
        sa.ForeignKeyConstraint(['to_agent_id'], ['agents.id'], name=op.f('fk_chat_transfers_to_agent_id')),
        sa.ForeignKeyConstraint(['to_queue_id'], ['queues.id'], name=op.f('fk_chat_transfers_to_queue_id')),
        sa.ForeignKeyConstraint(['category_id'], ['contact_categories.id'], name=op.f('fk_chat_transfers_category_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_transfers')),
    )  # fmt: skip
    op.create_index(
        'uq_chat_transfers_open', 'chat_transfers', ['chat_session_id'],
        unique=True, postgresql_where=sa.text('ended_at IS NULL'),
    )  # fmt: skip
    op.create_index(
        'idx_chat_transfers_expires', 'chat_transfers', ['expires_at'],
        postgresql_where=sa.text('ended_at IS NULL'),
    )  # fmt: skip
    op.create_index('idx_chat_transfers_chat', 'chat_transfers', ['chat_session_id', 'created_at'])
    op.add_column(
        'chat_sessions',
        sa.Column(
            'joined_agent_ids', sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.add_column(
        'chat_sessions', sa.Column('remind_at', sa.TIMESTAMP(timezone=True), nullable=True)
    )
    op.create_index(
        'idx_chat_sessions_remind', 'chat_sessions', ['remind_at'],
        postgresql_where=sa.text('remind_at IS NOT NULL'),
    )  # fmt: skip


def downgrade() -> None:
    """Go back to the revision before; PostgreSQL keeps the message type."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('idx_chat_sessions_remind', table_name='chat_sessions')
    op.drop_column('chat_sessions', 'remind_at')
    op.drop_column('chat_sessions', 'joined_agent_ids')
    op.drop_table('chat_transfers')
    OUTCOME.drop(op.get_bind())
    op.execute("UPDATE messages SET type = 'joined' WHERE type = 'transferred'")
