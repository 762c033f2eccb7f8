"""The first tables.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

ENUMS = (
    'agent_role',
    'agent_status',
    'chat_ending',
    'chat_session_status',
    'customer_status',
    'customer_type',
    'message_sender',
    'message_type',
    'priority',
    'risk_level',
)


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'agents',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('username', sa.String(length=50), nullable=False),
        sa.Column('email', sa.String(length=100), nullable=False),
        sa.Column('password_hash', sa.String(length=255), nullable=False),
        sa.Column('first_name', sa.String(length=50), nullable=False),
        sa.Column('last_name', sa.String(length=50), nullable=False),
        sa.Column(
            'role',
            sa.Enum('agent', 'supervisor', 'admin', name='agent_role'),
            server_default='agent',
            nullable=False,
        ),
        sa.Column('department', sa.String(length=100), nullable=False),
        sa.Column(
            'status',
            sa.Enum('offline', 'available', 'busy', 'away', 'after_contact', name='agent_status'),
            server_default='offline',
            nullable=False,
        ),
        sa.Column(
            'status_since',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column(
            'updated_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_agents')),
        sa.UniqueConstraint('email', name=op.f('uq_agents_email')),
        sa.UniqueConstraint('username', name=op.f('uq_agents_username')),
    )
    op.create_table(
        'customers',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('email', sa.String(length=100), nullable=True),
        sa.Column('phone', sa.String(length=20), nullable=False),
        sa.Column(
            'customer_type',
            sa.Enum('individual', 'corporate', name='customer_type'),
            server_default='individual',
            nullable=False,
        ),
        sa.Column(
            'status',
            sa.Enum('active', 'inactive', 'blocked', name='customer_status'),
            server_default='active',
            nullable=False,
        ),
        sa.Column(
            'risk_level',
            sa.Enum('low', 'medium', 'high', name='risk_level'),
            server_default='low',
            nullable=False,
        ),
        sa.Column('total_calls', sa.Integer(), server_default='0', nullable=False),
        sa.Column('total_chats', sa.Integer(), server_default='0', nullable=False),
        sa.Column(
            'updated_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_customers')),
    )
    op.create_index('idx_customers_email', 'customers', ['email'], unique=False)
    op.create_index('idx_customers_phone', 'customers', ['phone'], unique=False)
    op.create_table(
        'outbox',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column('kind', sa.String(length=50), nullable=False),
        sa.Column('body', sa.String(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('claimed_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    )
    op.create_table(
        'sign_in_attempts',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('username', sa.String(length=50), nullable=False),
        sa.Column('address', sa.String(length=45), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempts')),
    )
    op.create_index(
        'idx_sign_in_attempts_address', 'sign_in_attempts', ['address', 'created_at'], unique=False
    )
    op.create_index(
        'idx_sign_in_attempts_username',
        'sign_in_attempts',
        ['username', 'created_at'],
        unique=False,
    )
    op.create_table(
        'agent_status_changes',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column(
            'status',
            sa.Enum('offline', 'available', 'busy', 'away', 'after_contact', name='agent_status'),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ['agent_id'], ['agents.id'], name=op.f('fk_agent_status_changes_agent_id')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_agent_status_changes')),
    )
    op.create_index(
        'idx_agent_status_changes_agent_created',
        'agent_status_changes',
        ['agent_id', 'created_at'],
        unique=False,
    )
    op.create_table(
        'chat_sessions',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('customer_id', sa.Uuid(), nullable=True),
        sa.Column('agent_id', sa.Uuid(), nullable=True),
        sa.Column(
            'status',
            sa.Enum('waiting', 'active', 'on_hold', 'closed', name='chat_session_status'),
            server_default='waiting',
            nullable=False,
        ),
        sa.Column(
            'priority',
            sa.Enum('low', 'medium', 'high', 'urgent', name='priority'),
            server_default='medium',
            nullable=False,
        ),
        sa.Column('department', sa.String(length=100), nullable=False),
        sa.Column('source', sa.String(length=50), nullable=False),
        sa.Column(
            'start_time',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('end_time', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('visitor_name', sa.String(length=100), nullable=False),
        sa.Column('visitor_phone', sa.String(length=20), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('taken_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            'ending', sa.Enum('agent', 'customer', 'abandoned', name='chat_ending'), nullable=True
        ),
        sa.Column(
            'customer_seen_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('version', sa.Integer(), server_default='0', nullable=False),
        sa.Column('last_number', sa.Integer(), server_default='0', nullable=False),
        sa.Column('last_message_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('last_line', sa.String(length=120), server_default='', nullable=False),
        sa.Column('last_agent_number', sa.Integer(), server_default='0', nullable=False),
        sa.Column('last_agent_id', sa.Uuid(), nullable=True),
        sa.Column('unread_count', sa.Integer(), server_default='0', nullable=False),
        sa.Column('awaiting_since', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('agent_delivered_number', sa.Integer(), server_default='0', nullable=False),
        sa.Column('agent_read_number', sa.Integer(), server_default='0', nullable=False),
        sa.Column('customer_delivered_number', sa.Integer(), server_default='0', nullable=False),
        sa.Column('customer_read_number', sa.Integer(), server_default='0', nullable=False),
        sa.ForeignKeyConstraint(
            ['agent_id'], ['agents.id'], name=op.f('fk_chat_sessions_agent_id')
        ),
        sa.ForeignKeyConstraint(
            ['customer_id'], ['customers.id'], name=op.f('fk_chat_sessions_customer_id')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_sessions')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_chat_sessions_token_hash')),
    )
    op.create_index(
        'idx_chat_sessions_agent_status', 'chat_sessions', ['agent_id', 'status'], unique=False
    )
    op.create_index(
        'idx_chat_sessions_closed',
        'chat_sessions',
        ['end_time', 'id'],
        unique=False,
        postgresql_where=sa.text("status = 'closed'"),
    )
    op.create_index(
        'idx_chat_sessions_closed_department',
        'chat_sessions',
        ['department', 'end_time', 'id'],
        unique=False,
        postgresql_where=sa.text("status = 'closed'"),
    )
    op.create_index(
        'idx_chat_sessions_closed_agent',
        'chat_sessions',
        ['agent_id', 'end_time', 'id'],
        unique=False,
        postgresql_where=sa.text("status = 'closed'"),
    )
    op.create_index(
        'idx_chat_sessions_customer', 'chat_sessions', ['customer_id', 'start_time'], unique=False
    )
    op.create_index(
        'idx_chat_sessions_open',
        'chat_sessions',
        [
            'department',
            sa.literal_column("coalesce(awaiting_since, 'infinity'::timestamptz)"),
            'id',
        ],
        unique=False,
        postgresql_where=sa.text("status IN ('active', 'on_hold')"),
    )
    op.create_index(
        'idx_chat_sessions_waiting',
        'chat_sessions',
        ['department', 'start_time', 'id'],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        'sessions',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('expires_at', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column('revoked_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_sessions_agent_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sessions')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_sessions_token_hash')),
    )
    op.create_index('idx_sessions_agent', 'sessions', ['agent_id'], unique=False)
    op.create_table(
        'drafts',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('chat_session_id', sa.Uuid(), nullable=False),
        sa.Column('text', sa.String(), nullable=False),
        sa.Column(
            'updated_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_drafts_agent_id')),
        sa.ForeignKeyConstraint(
            ['chat_session_id'], ['chat_sessions.id'], name=op.f('fk_drafts_chat_session_id')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_drafts')),
        sa.UniqueConstraint(
            'agent_id', 'chat_session_id', name=op.f('uq_drafts_agent_id_chat_session_id')
        ),
    )
    op.create_table(
        'messages',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('chat_session_id', sa.Uuid(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column(
            'sender', sa.Enum('customer', 'agent', 'system', name='message_sender'), nullable=False
        ),
        sa.Column('sender_id', sa.Uuid(), nullable=True),
        sa.Column(
            'type',
            sa.Enum(
                'text',
                'joined',
                'ended_by_agent',
                'ended_by_customer',
                'abandoned',
                name='message_type',
            ),
            server_default='text',
            nullable=False,
        ),
        sa.Column('content', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ['chat_session_id'], ['chat_sessions.id'], name=op.f('fk_messages_chat_session_id')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_messages')),
        sa.UniqueConstraint('chat_session_id', 'number', name='uq_messages_chat_session_id_number'),
    )
    op.create_index(
        'idx_messages_session_created', 'messages', ['chat_session_id', 'created_at'], unique=False
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('idx_messages_session_created', table_name='messages')
    op.drop_table('messages')
    op.drop_table('drafts')
    op.drop_index('idx_sessions_agent', table_name='sessions')
    op.drop_table('sessions')
    op.drop_index(
        'idx_chat_sessions_waiting',
        table_name='chat_sessions',
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.drop_index(
        'idx_chat_sessions_open',
        table_name='chat_sessions',
        postgresql_where=sa.text("status IN ('active', 'on_hold')"),
    )
    op.drop_index('idx_chat_sessions_customer', table_name='chat_sessions')
    op.drop_index(
        'idx_chat_sessions_closed',
        table_name='chat_sessions',
        postgresql_where=sa.text("status = 'closed'"),
    )
    op.drop_index(
        'idx_chat_sessions_closed_department',
        table_name='chat_sessions',
        postgresql_where=sa.text("status = 'closed_department'"),
    )
    op.drop_index(
        'idx_chat_sessions_closed_agent',
        table_name='chat_sessions',
        postgresql_where=sa.text("status = 'closed_agent'"),
    )
    op.drop_index('idx_chat_sessions_agent_status', table_name='chat_sessions')
    op.drop_table('chat_sessions')
    op.drop_index('idx_agent_status_changes_agent_created', table_name='agent_status_changes')
    op.drop_table('agent_status_changes')
    op.drop_index('idx_sign_in_attempts_username', table_name='sign_in_attempts')
    op.drop_index('idx_sign_in_attempts_address', table_name='sign_in_attempts')
    op.drop_table('sign_in_attempts')
    op.drop_table('outbox')
    op.drop_index('idx_customers_phone', table_name='customers')
    op.drop_index('idx_customers_email', table_name='customers')
    op.drop_table('customers')
    op.drop_table('agents')
    for name in ENUMS:
        op.execute(f'DROP TYPE {name}')
