"""When a silent customer is asked, and when their chat ends by itself.

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TYPE message_type ADD VALUE IF NOT EXISTS 'silence_asked'")
    op.execute("ALTER TYPE message_type ADD VALUE IF NOT EXISTS 'ended_by_silence'")
    op.execute("ALTER TYPE chat_ending ADD VALUE IF NOT EXISTS 'silence'")
    op.add_column('queues', sa.Column('silence_ask_seconds', sa.Integer(), nullable=True))
    op.add_column(
        'queues',
        sa.Column('silence_close_seconds', sa.Integer(), server_default='300', nullable=False),
    )
    for name in ('silence_due_at', 'silence_asked_at'):
        op.add_column('chat_sessions', sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column(
        'chat_sessions',
        sa.Column('silence_off', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    )
    op.create_index(
        'idx_chat_sessions_silence', 'chat_sessions', ['silence_due_at'],
        postgresql_where=sa.text('silence_due_at IS NOT NULL'),
    )  # fmt: skip


def downgrade() -> None:
    """Go back; the new values of the types stay, unused."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('idx_chat_sessions_silence', 'chat_sessions')
    for name in ('silence_off', 'silence_asked_at', 'silence_due_at'):
        op.drop_column('chat_sessions', name)
    op.drop_column('queues', 'silence_close_seconds')
    op.drop_column('queues', 'silence_ask_seconds')
