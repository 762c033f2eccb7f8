"""How customers sound: sentiment of lines, moods of chats, and what was spent on asking.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

_TYPES = {
    'sentiment': ('positive', 'negative', 'neutral', 'mixed'),
    'sentiment_source': ('comprehend', 'stand_in'),
    'mood_trend': ('better', 'steady', 'worse'),
}


def _enum(name: str) -> postgresql.ENUM:
    return postgresql.ENUM(name=name, create_type=False)


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, values in _TYPES.items():
        postgresql.ENUM(*values, name=name).create(op.get_bind())
    op.create_table(
        'message_sentiments',
        sa.Column('message_id', sa.Uuid(), nullable=False),
        sa.Column('chat_session_id', sa.Uuid(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column(
            'claimed_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('analysed_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('source', _enum('sentiment_source'), nullable=True),
        sa.Column('sentiment', _enum('sentiment'), nullable=True),
        sa.Column('positive', sa.Float(), nullable=True),
        sa.Column('negative', sa.Float(), nullable=True),
        sa.Column('neutral', sa.Float(), nullable=True),
        sa.Column('mixed', sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ['message_id'],
            ['messages.id'],
            name=op.f('fk_message_sentiments_message_id'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['chat_session_id'],
            ['chat_sessions.id'],
            name=op.f('fk_message_sentiments_chat_session_id'),
        ),
        sa.PrimaryKeyConstraint('message_id', name=op.f('pk_message_sentiments')),
    )
    op.create_index(
        'idx_message_sentiments_chat', 'message_sentiments', ['chat_session_id', 'number']
    )
    op.create_index(
        'idx_message_sentiments_open',
        'message_sentiments',
        ['claimed_at'],
        postgresql_where=sa.text('analysed_at IS NULL'),
    )
    op.create_table(
        'chat_moods',
        sa.Column('chat_session_id', sa.Uuid(), nullable=False),
        sa.Column('source', _enum('sentiment_source'), nullable=False),
        sa.Column('sentiment', _enum('sentiment'), nullable=False),
        sa.Column('trend', _enum('mood_trend'), server_default='steady', nullable=False),
        sa.Column('lines', sa.Integer(), server_default='0', nullable=False),
        sa.Column('balance', sa.Float(), server_default='0', nullable=False),
        sa.Column('negative_in_a_row', sa.Integer(), server_default='0', nullable=False),
        sa.Column('warned_number', sa.Integer(), server_default='0', nullable=False),
        sa.ForeignKeyConstraint(
            ['chat_session_id'], ['chat_sessions.id'], name=op.f('fk_chat_moods_chat_session_id')
        ),
        sa.PrimaryKeyConstraint('chat_session_id', name=op.f('pk_chat_moods')),
    )
    op.create_index('idx_chat_moods_sentiment', 'chat_moods', ['sentiment', 'chat_session_id'])
    op.create_table(
        'sentiment_spendings',
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('units', sa.BigInteger(), server_default='0', nullable=False),
        sa.PrimaryKeyConstraint('day', name=op.f('pk_sentiment_spendings')),
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('sentiment_spendings')
    op.drop_index('idx_chat_moods_sentiment', table_name='chat_moods')
    op.drop_table('chat_moods')
    op.drop_index('idx_message_sentiments_open', table_name='message_sentiments')
    op.drop_index('idx_message_sentiments_chat', table_name='message_sentiments')
    op.drop_table('message_sentiments')
    for name in _TYPES:
        op.execute(f'DROP TYPE {name}')
