"""Customers as they are worked with, calls, notes, merges, and the order of the history.

Every count of contacts is the database's from here on: whoever links, merges, imports or removes a contact cannot
get it wrong.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

COUNT_CONTACT = """
    CREATE FUNCTION count_contact() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        chats int := (TG_TABLE_NAME = 'chat_sessions')::int;
        left_id uuid := CASE WHEN TG_OP <> 'INSERT' THEN OLD.customer_id END;
        joined_id uuid := CASE WHEN TG_OP <> 'DELETE' THEN NEW.customer_id END;
        latest timestamptz := CASE WHEN TG_OP <> 'DELETE' THEN coalesce(NEW.end_time, NEW.start_time) END;
    BEGIN
        IF left_id IS DISTINCT FROM joined_id THEN
            UPDATE customers SET
                total_chats = total_chats - chats,
                total_calls = total_calls - 1 + chats,
                last_contact_at = greatest(
                    (SELECT max(coalesce(end_time, start_time)) FROM chat_sessions WHERE customer_id = left_id),
                    (SELECT max(coalesce(end_time, start_time)) FROM calls WHERE customer_id = left_id))
            WHERE id = left_id;
            UPDATE customers SET
                total_chats = total_chats + chats,
                total_calls = total_calls + 1 - chats,
                last_contact_at = greatest(last_contact_at, latest)
            WHERE id = joined_id;
        ELSE
            UPDATE customers SET last_contact_at = latest
            WHERE id = joined_id AND (last_contact_at IS NULL OR last_contact_at < latest);
        END IF;
        RETURN NULL;
    END $$
"""
TRIGGERS = """
    CREATE TRIGGER contact_begins AFTER INSERT ON {table}
    FOR EACH ROW WHEN (NEW.customer_id IS NOT NULL) EXECUTE FUNCTION count_contact();
    CREATE TRIGGER contact_changes AFTER UPDATE OF customer_id, end_time ON {table}
    FOR EACH ROW WHEN (OLD.customer_id IS DISTINCT FROM NEW.customer_id OR OLD.end_time IS DISTINCT FROM NEW.end_time)
    EXECUTE FUNCTION count_contact();
    CREATE TRIGGER contact_goes AFTER DELETE ON {table}
    FOR EACH ROW WHEN (OLD.customer_id IS NOT NULL) EXECUTE FUNCTION count_contact();
"""
CUSTOMER_GRAMS = """
    CREATE FUNCTION customer_grams(name text, email text, phone text, other_phones text[]) RETURNS int[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN text_grams(name_key(name)) || text_grams(name_initials(name))
        || email_grams(coalesce(email, '')) || phone_grams(phone) || phone_grams(array_to_string(other_phones, ' '))
"""
CUSTOMER_GRAMS_BEFORE = """
    CREATE FUNCTION customer_grams(name text, email text, phone text) RETURNS int[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN text_grams(name_key(name)) || text_grams(name_initials(name))
        || email_grams(coalesce(email, '')) || phone_grams(phone)
"""
NOTE_LAST_CONTACT_BEFORE = """
    CREATE FUNCTION note_last_contact() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.customer_id IS DISTINCT FROM NEW.customer_id THEN
            UPDATE customers SET last_contact_at =
                (SELECT max(coalesce(end_time, start_time)) FROM chat_sessions WHERE customer_id = OLD.customer_id)
            WHERE id = OLD.customer_id;
        END IF;
        UPDATE customers SET last_contact_at = coalesce(NEW.end_time, NEW.start_time)
        WHERE id = NEW.customer_id
          AND (last_contact_at IS NULL OR last_contact_at < coalesce(NEW.end_time, NEW.start_time));
        RETURN NULL;
    END $$;
    CREATE TRIGGER chat_begins AFTER INSERT ON chat_sessions
    FOR EACH ROW WHEN (NEW.customer_id IS NOT NULL) EXECUTE FUNCTION note_last_contact();
    CREATE TRIGGER chat_changes_hands AFTER UPDATE OF customer_id, end_time ON chat_sessions
    FOR EACH ROW WHEN (OLD.customer_id IS DISTINCT FROM NEW.customer_id OR OLD.end_time IS DISTINCT FROM NEW.end_time)
    EXECUTE FUNCTION note_last_contact()
"""
JSON = postgresql.JSONB(astext_type=sa.Text())
NOW = sa.text('now()')
HISTORY = {
    'history': ['start_time', 'id'],
    'history_department': ['department', 'start_time', 'id'],
    'history_agent': ['agent_id', 'start_time', 'id'],
}


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _grow_customers()
    _create_calls()
    _create_what_belongs_to_customers()
    op.create_table(
        'history_views',
        *_row('history_views'),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('query', sa.String(length=1000), nullable=False),
        _refers('history_views', 'agent_id', 'agents'),
        sa.UniqueConstraint('agent_id', 'name', name=op.f('uq_history_views_agent_id_name')),
    )
    for name, columns in HISTORY.items():
        op.create_index(f'idx_chat_sessions_{name}', 'chat_sessions', columns)
        op.create_index(f'idx_calls_{name}', 'calls', columns)
    op.drop_index('idx_chat_sessions_customer', table_name='chat_sessions')
    op.create_index(
        'idx_chat_sessions_customer', 'chat_sessions', ['customer_id', 'start_time', 'id']
    )
    op.execute("""
        DROP TRIGGER chat_begins ON chat_sessions;
        DROP TRIGGER chat_changes_hands ON chat_sessions;
        DROP FUNCTION note_last_contact()
    """)
    op.execute(COUNT_CONTACT)
    for table in ('chat_sessions', 'calls'):
        op.execute(TRIGGERS.format(table=table))


def _grow_customers() -> None:
    for column in (
        sa.Column(
            'other_phones', postgresql.ARRAY(sa.String()), server_default='{}', nullable=False
        ),
        sa.Column('memo', sa.String(), server_default='', nullable=False),
        sa.Column('attributes', JSON, server_default='{}', nullable=False),
        sa.Column('version', sa.Integer(), server_default='0', nullable=False),
        sa.Column('merged_into_id', sa.Uuid(), nullable=True),
        sa.Column('erased_at', sa.TIMESTAMP(timezone=True), nullable=True),
    ):
        op.add_column('customers', column)
    op.create_foreign_key(
        op.f('fk_customers_merged_into_id'), 'customers', 'customers', ['merged_into_id'], ['id']
    )
    op.drop_index('idx_customers_grams', table_name='customers')
    op.execute('DROP FUNCTION customer_grams(text, text, text)')
    op.execute(CUSTOMER_GRAMS)
    op.create_index(
        'idx_customers_grams',
        'customers',
        [sa.text('customer_grams(name, email, phone, other_phones)')],
        postgresql_using='gin',
        postgresql_with={'fastupdate': 'off'},
    )
    op.create_index(
        'idx_customers_other_phones',
        'customers',
        ['other_phones'],
        postgresql_using='gin',
        postgresql_where=sa.text("other_phones <> '{}'"),
    )


def _create_calls() -> None:
    op.create_table(
        'calls',
        *_row('calls'),
        sa.Column('contact_id', sa.String(length=256), nullable=True),
        sa.Column('customer_id', sa.Uuid(), nullable=True),
        sa.Column('agent_id', sa.Uuid(), nullable=True),
        sa.Column(
            'direction', sa.Enum('inbound', 'outbound', name='call_direction'), nullable=False
        ),
        sa.Column(
            'priority',
            postgresql.ENUM(name='priority', create_type=False),
            server_default='medium',
            nullable=False,
        ),
        sa.Column('department', sa.String(length=100), nullable=False),
        sa.Column('phone', sa.String(length=20), nullable=False),
        sa.Column('start_time', sa.TIMESTAMP(timezone=True), server_default=NOW, nullable=False),
        sa.Column('answered_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('end_time', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            'ending',
            sa.Enum('agent', 'customer', 'abandoned', 'missed', 'failed', name='call_ending'),
            nullable=True,
        ),
        _refers('calls', 'customer_id', 'customers'),
        _refers('calls', 'agent_id', 'agents'),
        sa.UniqueConstraint('contact_id', name=op.f('uq_calls_contact_id')),
    )
    op.create_index('idx_calls_customer', 'calls', ['customer_id', 'start_time', 'id'])


def _create_what_belongs_to_customers() -> None:
    op.create_table(
        'notes',
        *_row('notes'),
        sa.Column('customer_id', sa.Uuid(), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('text', sa.String(), nullable=False),
        sa.Column('updated_at', sa.TIMESTAMP(timezone=True), server_default=NOW, nullable=False),
        _refers('notes', 'customer_id', 'customers'),
        _refers('notes', 'agent_id', 'agents'),
    )
    op.create_table(
        'customer_changes',
        *_row('customer_changes'),
        sa.Column('customer_id', sa.Uuid(), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('fields', JSON, nullable=False),
        _refers('customer_changes', 'customer_id', 'customers'),
        _refers('customer_changes', 'agent_id', 'agents'),
    )
    op.create_table(
        'customer_merges',
        *_row('customer_merges'),
        sa.Column('kept_id', sa.Uuid(), nullable=False),
        sa.Column('merged_id', sa.Uuid(), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('before', JSON, nullable=False),
        sa.Column('moved', JSON, nullable=False),
        sa.Column('undone_at', sa.TIMESTAMP(timezone=True), nullable=True),
        _refers('customer_merges', 'kept_id', 'customers'),
        _refers('customer_merges', 'merged_id', 'customers'),
        _refers('customer_merges', 'agent_id', 'agents'),
    )
    op.create_index('idx_notes_customer', 'notes', ['customer_id', 'created_at', 'id'])
    op.create_index(
        'idx_customer_changes_customer', 'customer_changes', ['customer_id', 'created_at', 'id']
    )
    op.create_index('idx_customer_merges_kept', 'customer_merges', ['kept_id', 'created_at'])
    op.create_index('idx_customer_merges_merged', 'customer_merges', ['merged_id'])


def _row(table: str) -> tuple[sa.Column[object] | sa.PrimaryKeyConstraint, ...]:
    return (
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
    )


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{other}.id'], name=op.f(f'fk_{table}_{column}'))


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for trigger in ('contact_begins', 'contact_changes', 'contact_goes'):
        op.execute(f'DROP TRIGGER {trigger} ON chat_sessions')
    for table in ('history_views', 'customer_merges', 'customer_changes', 'notes', 'calls'):
        op.drop_table(table)
    op.execute('DROP FUNCTION count_contact()')
    for kind in ('call_direction', 'call_ending'):
        op.execute(f'DROP TYPE {kind}')
    for name in HISTORY:
        op.drop_index(f'idx_chat_sessions_{name}', table_name='chat_sessions')
    op.drop_index('idx_chat_sessions_customer', table_name='chat_sessions')
    op.create_index('idx_chat_sessions_customer', 'chat_sessions', ['customer_id', 'start_time'])
    _shrink_customers()
    op.execute(NOTE_LAST_CONTACT_BEFORE)


def _shrink_customers() -> None:
    op.drop_index('idx_customers_other_phones', table_name='customers')
    op.drop_index('idx_customers_grams', table_name='customers')
    op.execute('DROP FUNCTION customer_grams(text, text, text, text[])')
    op.execute(CUSTOMER_GRAMS_BEFORE)
    op.create_index(
        'idx_customers_grams',
        'customers',
        [sa.text('customer_grams(name, email, phone)')],
        postgresql_using='gin',
        postgresql_with={'fastupdate': 'off'},
    )
    for name in ('erased_at', 'merged_into_id', 'version', 'attributes', 'memo', 'other_phones'):
        op.drop_column('customers', name)
