"""Transcripts of ended chats that go to the bucket, and the previews of pictures.

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'chat_archives',
        sa.Column('chat_session_id', sa.Uuid(), nullable=False),
        sa.Column('object_key', sa.String(length=64), nullable=False),
        sa.Column('try_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('stored_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['chat_session_id'], ['chat_sessions.id'], name=op.f('fk_chat_archives_chat_session_id')),
        sa.PrimaryKeyConstraint('chat_session_id', name=op.f('pk_chat_archives')),
        sa.UniqueConstraint('object_key', name=op.f('uq_chat_archives_object_key')),
    )  # fmt: skip
    op.create_index(
        'ix_chat_archives_try_at', 'chat_archives', ['try_at'], postgresql_where=sa.text('stored_at IS NULL')
    )  # fmt: skip
    op.add_column('attachments', sa.Column('preview_key', sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column('attachments', 'preview_key')
    op.drop_table('chat_archives')
