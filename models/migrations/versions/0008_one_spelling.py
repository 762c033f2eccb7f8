r"""One spelling: names and messages fold by one rule, numbers from abroad have their plus, extensions have a place.

``search_key`` folds as ``services/text/folding.py`` does: compatible forms, capitals, accents and unseen signs make no
difference, whatever the locale of the server is. Nearly every text has nothing to fold but capitals of ASCII, which a
regular expression tells in a microsecond. ``name_key`` leaves out what a company's name has before or behind it.

Single letters of Hangul wait in the private area while the rest is normalised, which would take them for parts of syllables.

Revision ID: 0008
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0009'
branch_labels = None
depends_on = None

PLAIN = (
    r'\t\n\r -~\u00A9\u00AE\u00B0\u00B1\u00B7\u00D7\u00F7\u2013\u2014\u2018\u2019\u201C\u201D\u2022\u20A9\u20AC'
    r'\u2190-\u2199\u25A0-\u27BF\u3001-\u3029\u3041-\u3096\u30A1-\u30FC\u3131-\u3163\u3165-\u318E'
    r'\u4E00-\u9FFF\uAC00-\uD7A3\U0001F1E6-\U0001F1FF\U0001F300-\U0001FAFF'
)
LEFT_OUT = (
    r'\u0300-\u036F\u0591-\u05BD\u064B-\u065F\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F'
    r'\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E'
    r'\u2060-\u206F\uFEFF\uFFF9-\uFFFB\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A'
    r'\u180B-\u180D\uFE00-\uFE0F\U000E0020-\U000E007F\U000E0100-\U000E01EF'
)
"""Accents, points of Hebrew and Arabic, and what has no look of its own."""
CAPITALS = (
    'ABCDEFGHIJKLMNOPQRSTUVWXYZÆÐØÞĐĦŁŊŒŦ'
    'ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩς'
    'ЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ'
    'ѠѢѤѦѨѪѬѮѰѲѴѶѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӁӃӅӇӉӋӍӐӒӔӖӘӚӜӞӠӢӤӦӨӪӬӮӰӲӴӶӸӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮ'
    'ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ'
    'øłđðħıŧ'
)
FOLDED = (
    'abcdefghijklmnopqrstuvwxyzædoþdhlŋœt'
    'αβγδεζηθικλμνξοπρστυφχψωσ'
    'ѐёђѓєѕіїјљњћќѝўџабвгдежзийклмнопрстуфхцчшщъыьэюя'
    'ѡѣѥѧѩѫѭѯѱѳѵѷѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӂӄӆӈӊӌӎӑӓӕӗәӛӝӟӡӣӥӧөӫӭӯӱӳӵӷӹӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧԩԫԭԯ'
    'աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ'
    'olddhit'
)
SPELT_OUT = {'ß': 'ss', 'ẞ': 'ss', 'æ': 'ae', 'œ': 'oe', 'þ': 'th'}
CASED = r'[\u00C6-\u00FE\u0110-\u0167\u0391-\u03C2\u0400-\u0556\u1E9E]'
"""Whatever ``CAPITALS`` and ``SPELT_OUT`` have beyond ASCII is in here."""
HANGUL_LETTERS = ''.join(chr(letter) for letter in range(0x3131, 0x318F) if letter != 0x3164)
HELD = ''.join(chr(ord(letter) + 0xC000) for letter in HANGUL_LETTERS)
LEGAL_FORMS = r'(주식회사|유한회사|재단법인|사단법인|\(주\)|\(유\)|\(재\)|\(사\)|주\))'
_SPELL_OUT = ' '.join(
    f"value := replace(value, '{letter}', '{letters}');" for letter, letters in SPELT_OUT.items()
)

# Not STRICT where a function is to be one with the statement that asks it: PostgreSQL inlines no strict CASE.
FUNCTIONS = (
    rf"""
    CREATE FUNCTION folded(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
    DECLARE
        has_letters boolean := value COLLATE "C" ~ '[\u3131-\u318E]';
    BEGIN
        IF has_letters THEN
            value := translate(value, '{HANGUL_LETTERS}', '{HELD}');
        END IF;
        -- Before as well: a thousand accents on one letter take long to be put in order.
        value := regexp_replace(value COLLATE "C", '[{LEFT_OUT}]+', '', 'g');
        value := regexp_replace(normalize(value, NFKD) COLLATE "C", '[{LEFT_OUT}]+', '', 'g');
        value := lower(value COLLATE "C");
        IF value COLLATE "C" ~ '{CASED}' THEN
            value := translate(value, '{CAPITALS}', '{FOLDED}');
            {_SPELL_OUT}
        END IF;
        value := normalize(value, NFC);
        IF has_letters THEN
            value := translate(value, '{HELD}', '{HANGUL_LETTERS}');
        END IF;
        RETURN value;
    END $$
    """,
    rf"""
    CREATE OR REPLACE FUNCTION search_key(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN value COLLATE "C" ~ '[^{PLAIN}]' THEN folded(value) ELSE lower(value COLLATE "C") END
    """,
    rf"""
    CREATE FUNCTION without_legal_form(key text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN coalesce(nullif(regexp_replace(key COLLATE "C", '^{LEGAL_FORMS}+|{LEGAL_FORMS}+$', '', 'g'), ''), key)
    """,
    rf"""
    CREATE OR REPLACE FUNCTION name_key(name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN name COLLATE "C" ~ '[^{PLAIN}]|회 *사|법 *인|\)'
        THEN without_legal_form(replace(search_key(name), ' ', ''))
        ELSE lower(replace(name, ' ', '') COLLATE "C") END
    """,
    """
    CREATE FUNCTION key_initials(key text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
    DECLARE
        initials text[] := '{ㄱ,ㄲ,ㄴ,ㄷ,ㄸ,ㄹ,ㅁ,ㅂ,ㅃ,ㅅ,ㅆ,ㅇ,ㅈ,ㅉ,ㅊ,ㅋ,ㅌ,ㅍ,ㅎ}';
        letter text;
        code int;
        written text := '';
    BEGIN
        FOREACH letter IN ARRAY string_to_array(key, NULL) LOOP
            code := ascii(letter) - 44032;
            written := written || CASE WHEN code BETWEEN 0 AND 11171 THEN initials[code / 588 + 1] ELSE letter END;
        END LOOP;
        RETURN written;
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION name_initials(name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN key_initials(name_key(name))
    """,
    # Whoever has a number with an extension is found by the number alone too.
    """
    CREATE FUNCTION phone_lines(phones text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN phones || ARRAY(SELECT split_part(phone, 'x', 1) FROM unnest(phones) AS phone WHERE strpos(phone, 'x') > 0)
    """,
)
FUNCTIONS_BEFORE = (
    """
    CREATE OR REPLACE FUNCTION search_key(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN lower(normalize(value, NFC))
    """,
    """
    CREATE OR REPLACE FUNCTION name_key(name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN replace(lower(normalize(name, NFC)), ' ', '')
    """,
    """
    CREATE OR REPLACE FUNCTION name_initials(name text) RETURNS text
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
)
FOREIGN = '^(?!1[568][0-9]{6}$)[1-9][0-9]{6,14}$'
"""Numbers of other countries as they were kept before: none of Korea begins so, but for 15xx, 16xx and 18xx."""
FOREIGN_IN_JSON = '"((?!1[568][0-9]{6}")[1-9][0-9]{6,14})"'
KEYED = ('name_key', 'initials', 'grams')


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for function in FUNCTIONS:
        op.execute(function)
    _give_foreign_numbers_their_plus()
    op.drop_index('idx_customers_other_phones', table_name='customers')
    op.create_index(
        'idx_customers_other_phones',
        'customers',
        [sa.text('phone_lines(other_phones)')],
        postgresql_using='gin',
        postgresql_where=sa.text("other_phones <> '{}'"),
    )
    _index_anew()


def _give_foreign_numbers_their_plus() -> None:
    op.execute(f"""
        UPDATE customers SET
            phone = regexp_replace(phone, '{FOREIGN}', '+\\&'),
            other_phones = ARRAY(
                SELECT regexp_replace(other, '{FOREIGN}', '+\\&')
                FROM unnest(other_phones) WITH ORDINALITY AS others (other, place) ORDER BY place)
        WHERE phone ~ '{FOREIGN}' OR EXISTS (SELECT FROM unnest(other_phones) AS other WHERE other ~ '{FOREIGN}')
    """)
    for table, column in (('customer_changes', 'fields'), ('customer_merges', 'before')):
        op.execute(f"""
            UPDATE {table} SET {column} = jsonb_set({column}, '{{phones}}',
                regexp_replace(({column} -> 'phones')::text, '{FOREIGN_IN_JSON}', '"+\\1"', 'g')::jsonb)
            WHERE ({column} -> 'phones')::text ~ '{FOREIGN_IN_JSON}'
        """)


def _index_anew() -> None:
    """Make the keys anew that the functions make: those of customers in their indexes, those of messages in their table."""
    for name in KEYED:
        op.execute(f'REINDEX INDEX idx_customers_{name}')
    op.execute("""
        UPDATE message_grams SET grams = text_grams(search_key(content)) || department_gram(department)
        FROM messages JOIN chat_sessions ON chat_sessions.id = chat_session_id
        WHERE messages.id = message_id AND search_key(content) <> lower(normalize(content, NFC))
    """)


def downgrade() -> None:
    """Go back to the one before. What was folded stays found by its own letters; an extension is lost."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('idx_customers_other_phones', table_name='customers')
    for function in FUNCTIONS_BEFORE:
        op.execute(function)
    op.execute("""
        UPDATE customers SET
            phone = split_part(ltrim(phone, '+'), 'x', 1),
            other_phones = ARRAY(
                SELECT split_part(ltrim(other, '+'), 'x', 1)
                FROM unnest(other_phones) WITH ORDINALITY AS others (other, place) ORDER BY place)
        WHERE phone ~ '[+x]' OR array_to_string(other_phones, ' ') ~ '[+x]'
    """)
    op.create_index(
        'idx_customers_other_phones',
        'customers',
        ['other_phones'],
        postgresql_using='gin',
        postgresql_where=sa.text("other_phones <> '{}'"),
    )
    for name in KEYED:
        op.execute(f'REINDEX INDEX idx_customers_{name}')
    for function in (
        'phone_lines(text[])',
        'key_initials(text)',
        'without_legal_form(text)',
        'folded(text)',
    ):
        op.execute(f'DROP FUNCTION {function}')
