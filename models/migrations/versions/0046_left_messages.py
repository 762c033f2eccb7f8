"""Messages that customers leave outside the hours of a queue.

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'left_messages',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('queue_id', sa.Uuid(), nullable=False),
        sa.Column('visitor_name', sa.String(length=100), nullable=False),
        sa.Column('visitor_phone', sa.String(length=20), nullable=False),
        sa.Column('body', sa.String(), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('opens_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('consented_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['queue_id'], ['queues.id'], name=op.f('fk_left_messages_queue_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_left_messages')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_left_messages_token_hash')),
    )  # fmt: skip
    op.create_index('idx_left_messages_queue', 'left_messages', ['queue_id', 'created_at'])
    op.create_index('idx_left_messages_phone', 'left_messages', ['visitor_phone'])


def downgrade() -> None:
    """Go back; messages that wait for an opening are lost."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('left_messages')
