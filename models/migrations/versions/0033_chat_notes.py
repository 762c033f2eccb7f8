"""Private notes in chats, and the colleagues whom they mention.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'chat_notes',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('chat_session_id', sa.Uuid(), nullable=False),
        sa.Column('author_id', sa.Uuid(), nullable=False),
        sa.Column('after_number', sa.Integer(), nullable=False),
        sa.Column('body', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['chat_session_id'], ['chat_sessions.id'], name=op.f('fk_chat_notes_chat_session_id')),
        sa.ForeignKeyConstraint(['author_id'], ['agents.id'], name=op.f('fk_chat_notes_author_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_notes')),
    )  # fmt: skip
    op.create_index('idx_chat_notes_chat', 'chat_notes', ['chat_session_id', 'created_at', 'id'])
    op.create_index(
        'idx_chat_notes_grams',
        'chat_notes',
        [sa.text('text_grams(search_key(body))')],
        postgresql_using='gin',
    )
    op.create_table(
        'note_mentions',
        sa.Column('note_id', sa.Uuid(), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('read_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['note_id'], ['chat_notes.id'], name=op.f('fk_note_mentions_note_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_note_mentions_agent_id')),
        sa.PrimaryKeyConstraint('note_id', 'agent_id', name=op.f('pk_note_mentions')),
    )  # fmt: skip
    op.create_index(
        'idx_note_mentions_unread', 'note_mentions', ['agent_id', 'created_at'],
        postgresql_where=sa.text('read_at IS NULL'),
    )  # fmt: skip


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('note_mentions')
    op.drop_table('chat_notes')
