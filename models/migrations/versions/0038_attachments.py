"""Files of chats, and the stored objects that are to be deleted.

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TYPE message_type ADD VALUE IF NOT EXISTS 'file'")
    op.create_table(
        'attachments',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('chat_session_id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('media_type', sa.String(length=100), nullable=False),
        sa.Column('size_bytes', sa.Integer(), nullable=False),
        sa.Column('object_key', sa.String(length=64), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.ForeignKeyConstraint(['chat_session_id'], ['chat_sessions.id'], name=op.f('fk_attachments_chat_session_id')),
        sa.ForeignKeyConstraint(['id'], ['messages.id'], name=op.f('fk_attachments_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_attachments')),
        sa.UniqueConstraint('object_key', name=op.f('uq_attachments_object_key')),
    )  # fmt: skip
    op.create_index(op.f('ix_attachments_chat_session_id'), 'attachments', ['chat_session_id'])
    op.create_table(
        'doomed_objects',
        sa.Column('object_key', sa.String(length=64), nullable=False),
        sa.Column('due_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.PrimaryKeyConstraint('object_key', name=op.f('pk_doomed_objects')),
    )  # fmt: skip


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('doomed_objects')
    op.drop_table('attachments')
