"""Agent states, queues, routing, wrap-up, promises, and the facts about contacts.

``agent_status`` keeps its new members when this is taken back: PostgreSQL cannot take one away.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


TYPES = {
    'channel': ('chat', 'call'),
    'step_kind': (
        'created',
        'queued',
        'offered',
        'refused',
        'missed',
        'withdrawn',
        'taken',
        'held',
        'resumed',
        'transferred',
        'whispered',
        'priority_changed',
        'ended',
        'abandoned',
        'wrap_up_begun',
        'wrap_up_done',
        'reopened',
    ),
    'queue_mode': ('push', 'pull'),
    'promise_status': ('open', 'kept', 'broken', 'cancelled'),
    'wrap_up_ending': ('agent', 'limit'),
    'state_cause': (
        'chosen',
        'supervisor',
        'contact_taken',
        'contact_over',
        'next_came_true',
        'signed_out',
        'not_answered',
        'line_lost',
        'line_back',
        'page_cannot_ring',
    ),
}
"""Enum types that are new here."""
STATUSES = ('disconnected', 'checking')
"""New members of ``agent_status``."""
REASONS = (
    ('meal', '식사', 'Meal', True),
    ('break', '휴식', 'Break', True),
    ('training', '교육', 'Training', True),
    ('meeting', '회의', 'Meeting', True),
    ('other', '기타', 'Other', True),
    ('no_answer', '무응답', 'No answer', False),
)


def _enum(name: str) -> postgresql.ENUM:
    return postgresql.ENUM(name=name, create_type=False)


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, values in TYPES.items():
        listed = ', '.join(f"'{value}'" for value in values)
        op.execute(f'CREATE TYPE {name} AS ENUM ({listed})')
    for status in STATUSES:
        op.execute(f"ALTER TYPE agent_status ADD VALUE IF NOT EXISTS '{status}'")
    op.create_table(
        'away_reasons',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('code', sa.String(length=30), nullable=False),
        sa.Column('name', sa.String(length=50), nullable=False),
        sa.Column('name_en', sa.String(length=50), nullable=False),
        sa.Column('position', sa.Integer(), server_default='0', nullable=False),
        sa.Column('is_choosable', sa.Boolean(), server_default=sa.text('true'), nullable=False),
        sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_away_reasons')),
        sa.UniqueConstraint('code', name=op.f('uq_away_reasons_code')),
    )
    op.create_table(
        'contact_steps',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column('contact_id', sa.Uuid(), nullable=False),
        sa.Column('channel', _enum('channel'), nullable=False),
        sa.Column('kind', _enum('step_kind'), nullable=False),
        sa.Column(
            'at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False
        ),
        sa.Column('queue_id', sa.Uuid(), nullable=True),
        sa.Column('agent_id', sa.Uuid(), nullable=True),
        sa.Column('by_id', sa.Uuid(), nullable=True),
        sa.Column('came_at', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column('rang_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('reason', sa.String(length=200), server_default='', nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_steps')),
    )
    op.create_index('idx_contact_steps_agent', 'contact_steps', ['agent_id', 'at'], unique=False)
    op.create_index('idx_contact_steps_at', 'contact_steps', ['at'], unique=False)
    op.create_index(
        'idx_contact_steps_contact', 'contact_steps', ['contact_id', 'id'], unique=False
    )
    op.create_table(
        'routing_decisions',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('contact_id', sa.Uuid(), nullable=False),
        sa.Column('queue_id', sa.Uuid(), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('rule', sa.String(length=30), nullable=False),
        sa.Column('rule_version', sa.Integer(), nullable=False),
        sa.Column('situation', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_routing_decisions')),
    )
    op.create_index(
        'idx_routing_decisions_contact',
        'routing_decisions',
        ['contact_id', 'created_at'],
        unique=False,
    )
    op.create_index(
        'idx_routing_decisions_created', 'routing_decisions', ['created_at'], unique=False
    )
    op.create_table(
        'skills',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('name_en', sa.String(length=100), server_default='', nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_skills')),
        sa.UniqueConstraint('name', name=op.f('uq_skills_name')),
    )
    op.create_table(
        'queues',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('name_en', sa.String(length=100), server_default='', nullable=False),
        sa.Column('department', sa.String(length=100), nullable=False),
        sa.Column('mode', _enum('queue_mode'), server_default='pull', nullable=False),
        sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
        sa.Column('skill_id', sa.Uuid(), nullable=True),
        sa.Column('min_level', sa.Integer(), server_default='1', nullable=False),
        sa.Column('service_level_seconds', sa.Integer(), server_default='20', nullable=False),
        sa.Column('service_level_percent', sa.Integer(), server_default='80', nullable=False),
        sa.Column('offer_seconds', sa.Integer(), server_default='20', nullable=False),
        sa.Column('misses_until_away', sa.Integer(), server_default='2', nullable=False),
        sa.Column('returning_seconds', sa.Integer(), server_default='30', nullable=False),
        sa.Column('widen_after_seconds', sa.Integer(), nullable=True),
        sa.Column('wider_department', sa.String(length=100), nullable=True),
        sa.Column('wider_level', sa.Integer(), server_default='1', nullable=False),
        sa.Column(
            'chats_during_call', sa.Boolean(), server_default=sa.text('false'), nullable=False
        ),
        sa.Column(
            'wrap_up_required', sa.Boolean(), server_default=sa.text('false'), nullable=False
        ),
        sa.Column('wrap_up_seconds', sa.Integer(), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.Column(
            'updated_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(['skill_id'], ['skills.id'], name=op.f('fk_queues_skill_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_queues')),
        sa.UniqueConstraint('name', name=op.f('uq_queues_name')),
    )
    op.create_index(op.f('ix_queues_department'), 'queues', ['department'], unique=False)
    op.create_table(
        'agent_presences',
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column(
            'seen_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ['agent_id'], ['agents.id'], name=op.f('fk_agent_presences_agent_id')
        ),
        sa.PrimaryKeyConstraint('agent_id', name=op.f('pk_agent_presences')),
    )
    op.create_table(
        'agent_skills',
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('skill_id', sa.Uuid(), nullable=False),
        sa.Column('level', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_agent_skills_agent_id')),
        sa.ForeignKeyConstraint(['skill_id'], ['skills.id'], name=op.f('fk_agent_skills_skill_id')),
        sa.PrimaryKeyConstraint('agent_id', 'skill_id', name=op.f('pk_agent_skills')),
    )
    op.create_index(op.f('ix_agent_skills_skill_id'), 'agent_skills', ['skill_id'], unique=False)
    op.create_table(
        'contact_categories',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('queue_id', sa.Uuid(), nullable=True),
        sa.Column('parent_id', sa.Uuid(), nullable=True),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('name_en', sa.String(length=100), server_default='', nullable=False),
        sa.Column('position', sa.Integer(), server_default='0', nullable=False),
        sa.Column('retired_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['parent_id'], ['contact_categories.id'], name=op.f('fk_contact_categories_parent_id')
        ),
        sa.ForeignKeyConstraint(
            ['queue_id'], ['queues.id'], name=op.f('fk_contact_categories_queue_id')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_categories')),
    )
    op.create_index(
        op.f('ix_contact_categories_parent_id'), 'contact_categories', ['parent_id'], unique=False
    )
    op.create_index(
        op.f('ix_contact_categories_queue_id'), 'contact_categories', ['queue_id'], unique=False
    )
    op.create_table(
        'promises',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('contact_id', sa.Uuid(), nullable=False),
        sa.Column('channel', _enum('channel'), nullable=False),
        sa.Column('customer_id', sa.Uuid(), nullable=True),
        sa.Column('queue_id', sa.Uuid(), nullable=True),
        sa.Column('owner_id', sa.Uuid(), nullable=True),
        sa.Column('made_by_id', sa.Uuid(), nullable=False),
        sa.Column('message_id', sa.Uuid(), nullable=True),
        sa.Column('body', sa.String(length=500), nullable=False),
        sa.Column('due_at', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column('status', _enum('promise_status'), server_default='open', nullable=False),
        sa.Column('reminded_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('closed_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.ForeignKeyConstraint(
            ['customer_id'], ['customers.id'], name=op.f('fk_promises_customer_id')
        ),
        sa.ForeignKeyConstraint(['made_by_id'], ['agents.id'], name=op.f('fk_promises_made_by_id')),
        sa.ForeignKeyConstraint(['owner_id'], ['agents.id'], name=op.f('fk_promises_owner_id')),
        sa.ForeignKeyConstraint(['queue_id'], ['queues.id'], name=op.f('fk_promises_queue_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_promises')),
    )
    op.create_index('idx_promises_contact', 'promises', ['contact_id'], unique=False)
    op.create_index(
        'idx_promises_customer', 'promises', ['customer_id', 'created_at'], unique=False
    )
    op.create_index(
        'idx_promises_due',
        'promises',
        ['due_at'],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index('idx_promises_owner', 'promises', ['owner_id', 'due_at'], unique=False)
    op.create_table(
        'wrap_ups',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('contact_id', sa.Uuid(), nullable=False),
        sa.Column('channel', _enum('channel'), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('queue_id', sa.Uuid(), nullable=True),
        sa.Column('category_id', sa.Uuid(), nullable=True),
        sa.Column('summary', sa.String(), server_default='', nullable=False),
        sa.Column('needs_follow_up', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('is_required', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        sa.Column('limit_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('done_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('ending', _enum('wrap_up_ending'), nullable=True),
        sa.Column(
            'updated_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_wrap_ups_agent_id')),
        sa.ForeignKeyConstraint(
            ['category_id'], ['contact_categories.id'], name=op.f('fk_wrap_ups_category_id')
        ),
        sa.ForeignKeyConstraint(['queue_id'], ['queues.id'], name=op.f('fk_wrap_ups_queue_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_wrap_ups')),
        sa.UniqueConstraint('contact_id', name=op.f('uq_wrap_ups_contact_id')),
    )
    op.create_index('idx_wrap_ups_category', 'wrap_ups', ['category_id'], unique=False)
    op.create_index(
        'idx_wrap_ups_limit',
        'wrap_ups',
        ['limit_at'],
        unique=False,
        postgresql_where=sa.text('done_at IS NULL AND limit_at IS NOT NULL'),
    )
    op.create_index(
        'idx_wrap_ups_open',
        'wrap_ups',
        ['agent_id', 'created_at'],
        unique=False,
        postgresql_where=sa.text('done_at IS NULL'),
    )
    op.add_column('agent_status_changes', sa.Column('reason_id', sa.Uuid(), nullable=True))
    op.add_column('agent_status_changes', sa.Column('by_id', sa.Uuid(), nullable=True))
    op.add_column(
        'agent_status_changes',
        sa.Column('why', _enum('state_cause'), server_default='chosen', nullable=False),
    )
    op.add_column(
        'agent_status_changes',
        sa.Column('note', sa.String(length=200), server_default='', nullable=False),
    )
    op.create_foreign_key(
        op.f('fk_agent_status_changes_reason_id'),
        'agent_status_changes',
        'away_reasons',
        ['reason_id'],
        ['id'],
    )
    op.add_column(
        'agents',
        sa.Column('base_status', _enum('agent_status'), server_default='offline', nullable=False),
    )
    op.add_column('agents', sa.Column('away_reason_id', sa.Uuid(), nullable=True))
    op.add_column('agents', sa.Column('next_status', _enum('agent_status'), nullable=True))
    op.add_column('agents', sa.Column('next_reason_id', sa.Uuid(), nullable=True))
    op.add_column('agents', sa.Column('suspended_as', _enum('agent_status'), nullable=True))
    op.add_column('agents', sa.Column('suspended_at', sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column(
        'agents',
        sa.Column(
            'idle_since',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
    )
    op.add_column(
        'agents', sa.Column('missed_in_a_row', sa.Integer(), server_default='0', nullable=False)
    )
    op.add_column(
        'agents', sa.Column('chat_capacity', sa.Integer(), server_default='3', nullable=False)
    )
    op.create_foreign_key(
        op.f('fk_agents_away_reason_id'), 'agents', 'away_reasons', ['away_reason_id'], ['id']
    )
    op.create_foreign_key(
        op.f('fk_agents_next_reason_id'), 'agents', 'away_reasons', ['next_reason_id'], ['id']
    )
    op.add_column('calls', sa.Column('queue_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_calls_queue_id'), 'calls', 'queues', ['queue_id'], ['id'])
    op.add_column('chat_sessions', sa.Column('queue_id', sa.Uuid(), nullable=True))
    op.add_column('chat_sessions', sa.Column('rank_at', sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column('chat_sessions', sa.Column('held_at', sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column('chat_sessions', sa.Column('offered_agent_id', sa.Uuid(), nullable=True))
    op.add_column(
        'chat_sessions', sa.Column('offered_at', sa.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column(
        'chat_sessions', sa.Column('offer_expires_at', sa.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column('chat_sessions', sa.Column('returning_agent_id', sa.Uuid(), nullable=True))
    op.create_index(
        'idx_chat_sessions_visitor', 'chat_sessions', ['visitor_phone', 'start_time'], unique=False
    )
    op.create_index(
        'idx_chat_sessions_offered',
        'chat_sessions',
        ['offered_agent_id'],
        unique=False,
        postgresql_where=sa.text('offered_agent_id IS NOT NULL'),
    )
    op.create_index(
        'idx_chat_sessions_queue',
        'chat_sessions',
        ['queue_id', 'rank_at', 'id'],
        unique=False,
        postgresql_where=sa.text("status = 'waiting' AND offered_agent_id IS NULL"),
    )
    op.create_foreign_key(
        op.f('fk_chat_sessions_offered_agent_id'),
        'chat_sessions',
        'agents',
        ['offered_agent_id'],
        ['id'],
    )
    op.create_foreign_key(
        op.f('fk_chat_sessions_queue_id'), 'chat_sessions', 'queues', ['queue_id'], ['id']
    )
    _fill()


def _fill() -> None:
    """Give every department its queue, every chat and call theirs, and every agent the state they are in."""
    reasons = sa.table(
        'away_reasons',
        *(
            sa.column(name)
            for name in ('id', 'code', 'name', 'name_en', 'position', 'is_choosable')
        ),
    )
    for position, (code, name, name_en, is_choosable) in enumerate(REASONS):
        op.execute(
            reasons.insert().values(
                id=sa.func.gen_random_uuid(), code=code, name=name, name_en=name_en,
                position=position, is_choosable=is_choosable,
            )
        )  # fmt: skip
    op.execute("""
        INSERT INTO queues (id, name, department)
        SELECT gen_random_uuid(), department, department FROM (
            SELECT department FROM agents WHERE role = 'agent'
            UNION SELECT department FROM chat_sessions UNION SELECT department FROM calls
        ) AS known
    """)
    op.execute("""
        UPDATE chat_sessions AS chat SET queue_id = queues.id,
            rank_at = CASE WHEN chat.status = 'waiting' THEN chat.start_time END
        FROM queues WHERE queues.department = chat.department
    """)
    op.execute(
        'UPDATE calls SET queue_id = queues.id FROM queues WHERE queues.department = calls.department'
    )
    op.execute("UPDATE agents SET base_status = status WHERE status IN ('available', 'away')")


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f('fk_chat_sessions_queue_id'), 'chat_sessions', type_='foreignkey')
    op.drop_constraint(
        op.f('fk_chat_sessions_offered_agent_id'), 'chat_sessions', type_='foreignkey'
    )
    op.drop_index(
        'idx_chat_sessions_queue',
        table_name='chat_sessions',
        postgresql_where=sa.text("status = 'waiting' AND offered_agent_id IS NULL"),
    )
    op.drop_index(
        'idx_chat_sessions_offered',
        table_name='chat_sessions',
        postgresql_where=sa.text('offered_agent_id IS NOT NULL'),
    )
    op.drop_index('idx_chat_sessions_visitor', table_name='chat_sessions')
    op.drop_column('chat_sessions', 'returning_agent_id')
    op.drop_column('chat_sessions', 'offer_expires_at')
    op.drop_column('chat_sessions', 'offered_at')
    op.drop_column('chat_sessions', 'offered_agent_id')
    op.drop_column('chat_sessions', 'held_at')
    op.drop_column('chat_sessions', 'rank_at')
    op.drop_column('chat_sessions', 'queue_id')
    op.drop_constraint(op.f('fk_calls_queue_id'), 'calls', type_='foreignkey')
    op.drop_column('calls', 'queue_id')
    op.drop_constraint(op.f('fk_agents_next_reason_id'), 'agents', type_='foreignkey')
    op.drop_constraint(op.f('fk_agents_away_reason_id'), 'agents', type_='foreignkey')
    op.drop_column('agents', 'chat_capacity')
    op.drop_column('agents', 'missed_in_a_row')
    op.drop_column('agents', 'idle_since')
    op.drop_column('agents', 'suspended_at')
    op.drop_column('agents', 'suspended_as')
    op.drop_column('agents', 'next_reason_id')
    op.drop_column('agents', 'next_status')
    op.drop_column('agents', 'away_reason_id')
    op.drop_column('agents', 'base_status')
    op.drop_constraint(
        op.f('fk_agent_status_changes_reason_id'), 'agent_status_changes', type_='foreignkey'
    )
    op.drop_column('agent_status_changes', 'note')
    op.drop_column('agent_status_changes', 'why')
    op.drop_column('agent_status_changes', 'by_id')
    op.drop_column('agent_status_changes', 'reason_id')
    op.drop_index(
        'idx_wrap_ups_open', table_name='wrap_ups', postgresql_where=sa.text('done_at IS NULL')
    )
    op.drop_index(
        'idx_wrap_ups_limit',
        table_name='wrap_ups',
        postgresql_where=sa.text('done_at IS NULL AND limit_at IS NOT NULL'),
    )
    op.drop_index('idx_wrap_ups_category', table_name='wrap_ups')
    op.drop_table('wrap_ups')
    op.drop_index('idx_promises_owner', table_name='promises')
    op.drop_index(
        'idx_promises_due', table_name='promises', postgresql_where=sa.text("status = 'open'")
    )
    op.drop_index('idx_promises_customer', table_name='promises')
    op.drop_index('idx_promises_contact', table_name='promises')
    op.drop_table('promises')
    op.drop_index(op.f('ix_contact_categories_queue_id'), table_name='contact_categories')
    op.drop_index(op.f('ix_contact_categories_parent_id'), table_name='contact_categories')
    op.drop_table('contact_categories')
    op.drop_index(op.f('ix_agent_skills_skill_id'), table_name='agent_skills')
    op.drop_table('agent_skills')
    op.drop_table('agent_presences')
    op.drop_index(op.f('ix_queues_department'), table_name='queues')
    op.drop_table('queues')
    op.drop_table('skills')
    op.drop_index('idx_routing_decisions_created', table_name='routing_decisions')
    op.drop_index('idx_routing_decisions_contact', table_name='routing_decisions')
    op.drop_table('routing_decisions')
    op.drop_index('idx_contact_steps_contact', table_name='contact_steps')
    op.drop_index('idx_contact_steps_at', table_name='contact_steps')
    op.drop_index('idx_contact_steps_agent', table_name='contact_steps')
    op.drop_table('contact_steps')
    op.drop_table('away_reasons')
    for name in TYPES:
        op.execute(f'DROP TYPE {name}')
