"""Search: keys and grams of names and messages, customer numbers, and the last contact.

Every body is written so that it is bound when it is made (or calls nothing but PostgreSQL's own), so that a
restored or analysed table finds its functions whatever the search path is. Why grams: docs/decisions/0010.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

FUNCTIONS = (
    """
    CREATE FUNCTION search_key(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN lower(normalize(value, NFC))
    """,
    """
    CREATE FUNCTION name_key(name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN replace(lower(normalize(name, NFC)), ' ', '')
    """,
    """
    CREATE FUNCTION name_initials(name text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
    DECLARE
        initials text[] := '{ㄱ,ㄲ,ㄴ,ㄷ,ㄸ,ㄹ,ㅁ,ㅂ,ㅃ,ㅅ,ㅆ,ㅇ,ㅈ,ㅉ,ㅊ,ㅋ,ㅌ,ㅍ,ㅎ}';
        letter text;
        code int;
        written text := '';
    BEGIN
        FOREACH letter IN ARRAY string_to_array(replace(lower(normalize(name, NFC)), ' ', ''), NULL) LOOP
            code := ascii(letter) - 44032;
            written := written || CASE WHEN code BETWEEN 0 AND 11171 THEN initials[code / 588 + 1] ELSE letter END;
        END LOOP;
        RETURN written;
    END $$
    """,
    # Two letters make a gram, or three of ASCII, of which two select nothing; none goes over a space, since words are
    # looked for one by one. Equal numbers of different grams do no harm: whoever asks looks at the text as well.
    """
    CREATE FUNCTION text_grams(key text) RETURNS int[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
    DECLARE
        letter text;
        first int := 0;
        second int := 0;
        third int;
        grams int[] := '{}';
    BEGIN
        FOREACH letter IN ARRAY string_to_array(key, NULL) LOOP
            third := ascii(letter);
            IF third < 33 OR second < 33 THEN
                first := 0;
            ELSE
                IF second > 127 OR third > 127 THEN
                    grams := grams || ((second::bigint * 65536 + third) % 2147483647)::int;
                ELSIF first BETWEEN 33 AND 127 THEN
                    grams := grams || (first * 16384 + second * 128 + third);
                END IF;
                first := second;
            END IF;
            second := third;
        END LOOP;
        RETURN grams;
    END $$
    """,
    """
    CREATE FUNCTION phone_grams(phone text) RETURNS int[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
    DECLARE
        digit text;
        digits int := 0;
        seen int := 0;
        grams int[] := '{}';
    BEGIN
        FOREACH digit IN ARRAY string_to_array(phone, NULL) LOOP
            CONTINUE WHEN digit COLLATE "C" NOT BETWEEN '0' AND '9';
            digits := digits % 100 * 10 + ascii(digit) - 48;
            seen := seen + 1;
            IF seen > 2 THEN
                grams := grams || (-1 - digits);
            END IF;
        END LOOP;
        RETURN grams;
    END $$
    """,
    # Those of e-mails are numbers of their own: nearly everybody has the same few words after the @.
    """
    CREATE FUNCTION email_grams(email text) RETURNS int[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
    DECLARE
        letter text;
        letters int := 0;
        seen int := 0;
        grams int[] := '{}';
    BEGIN
        FOREACH letter IN ARRAY string_to_array(lower(email), NULL) LOOP
            letters := letters % 16384 * 128 + ascii(letter) % 128;
            seen := seen + 1;
            IF seen > 2 THEN
                grams := grams || (-1001 - letters);
            END IF;
        END LOOP;
        RETURN grams;
    END $$
    """,
    """
    CREATE FUNCTION customer_grams(name text, email text, phone text) RETURNS int[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN text_grams(name_key(name)) || text_grams(name_initials(name))
        || email_grams(coalesce(email, '')) || phone_grams(phone)
    """,
    # A word that is common elsewhere must not hide how rare it is in one's own department: that is a gram as well.
    """
    CREATE FUNCTION department_gram(department text) RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN ('x' || left(md5(department), 8))::bit(32)::int
    """,
    # The lock is the indexing loop's: what it inserts meanwhile is seen here, or it sees the new department.
    """
    CREATE FUNCTION note_department() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(32333);
        UPDATE message_grams
        SET grams = array_replace(grams, department_gram(OLD.department), department_gram(NEW.department))
        FROM messages WHERE messages.id = message_id AND chat_session_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    # A contact counts from its end, while it goes on from its beginning: so it can be counted again.
    """
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
    END $$
    """,
)
TRIGGERS = (
    """
    CREATE TRIGGER chat_begins AFTER INSERT ON chat_sessions
    FOR EACH ROW WHEN (NEW.customer_id IS NOT NULL) EXECUTE FUNCTION note_last_contact()
    """,
    """
    CREATE TRIGGER chat_changes_hands AFTER UPDATE OF customer_id, end_time ON chat_sessions
    FOR EACH ROW WHEN (OLD.customer_id IS DISTINCT FROM NEW.customer_id OR OLD.end_time IS DISTINCT FROM NEW.end_time)
    EXECUTE FUNCTION note_last_contact()
    """,
    """
    CREATE TRIGGER chat_changes_department AFTER UPDATE OF department ON chat_sessions
    FOR EACH ROW WHEN (OLD.department IS DISTINCT FROM NEW.department) EXECUTE FUNCTION note_department()
    """,
)
RECENT = sa.text('last_contact_at DESC NULLS LAST')


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for function in FUNCTIONS:
        op.execute(function)
    op.add_column(
        'customers',
        sa.Column('number', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    )
    op.add_column(
        'customers', sa.Column('last_contact_at', sa.TIMESTAMP(timezone=True), nullable=True)
    )
    op.execute("""
        UPDATE customers SET last_contact_at = newest
        FROM (SELECT customer_id, max(coalesce(end_time, start_time)) AS newest FROM chat_sessions GROUP BY 1) AS chats
        WHERE customers.id = chats.customer_id
    """)
    op.create_table(
        'message_grams',
        sa.Column('message_id', sa.Uuid(), nullable=False),
        sa.Column('grams', sa.ARRAY(sa.Integer()), nullable=False),
        sa.ForeignKeyConstraint(
            ['message_id'],
            ['messages.id'],
            name=op.f('fk_message_grams_message_id'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('message_id', name=op.f('pk_message_grams')),
    )
    op.execute("""
        INSERT INTO message_grams (message_id, grams)
        SELECT messages.id, text_grams(search_key(content)) || department_gram(department)
        FROM messages JOIN chat_sessions ON chat_sessions.id = chat_session_id WHERE type = 'text'
    """)
    for trigger in TRIGGERS:
        op.execute(trigger)
    _create_indexes()


def _create_indexes() -> None:
    op.create_unique_constraint(op.f('uq_customers_number'), 'customers', ['number'])
    op.create_index('idx_customers_recent', 'customers', [RECENT])
    op.create_index(
        'idx_customers_name_key', 'customers', [sa.text('name_key(name) COLLATE "C"'), RECENT]
    )
    op.create_index(
        'idx_customers_initials', 'customers', [sa.text('name_initials(name) COLLATE "C"'), RECENT]
    )
    op.create_index(
        'idx_customers_email_key', 'customers', [sa.text('lower(email) COLLATE "C"'), RECENT]
    )
    op.create_index('idx_customers_phone_key', 'customers', [sa.text('phone COLLATE "C"'), RECENT])
    op.create_index(
        'idx_customers_phone_end', 'customers', [sa.text('reverse(phone) COLLATE "C"'), RECENT]
    )
    op.create_index(
        'idx_customers_grams',
        'customers',
        [sa.text('customer_grams(name, email, phone)')],
        postgresql_using='gin',
        postgresql_with={'fastupdate': 'off'},
    )
    op.create_index('idx_messages_created', 'messages', ['created_at'])
    op.create_index('idx_message_grams', 'message_grams', ['grams'], postgresql_using='gin')


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('idx_messages_created', table_name='messages')
    op.drop_table('message_grams')
    for name in ('grams', 'phone_end', 'phone_key', 'email_key', 'initials', 'name_key', 'recent'):
        op.drop_index(f'idx_customers_{name}', table_name='customers')
    op.execute('DROP TRIGGER chat_changes_department ON chat_sessions')
    op.execute('DROP TRIGGER chat_changes_hands ON chat_sessions')
    op.execute('DROP TRIGGER chat_begins ON chat_sessions')
    op.drop_column('customers', 'last_contact_at')
    op.drop_column('customers', 'number')
    for function in (
        'note_last_contact()',
        'note_department()',
        'department_gram(text)',
        'customer_grams(text, text, text)',
        'email_grams(text)',
        'phone_grams(text)',
        'text_grams(text)',
        'name_initials(text)',
        'name_key(text)',
        'search_key(text)',
    ):
        op.execute(f'DROP FUNCTION {function}')
