"""Which columns hold personal data of customers, and what becomes of it when the customer is erased.

Every column of every table is in one of these lists (``tests/services/customers/test_personal_columns.py``): a new
column has to be put into one, and an erased one is searched for what a customer left.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kept:
    """Why a column is kept when its customer is erased, and until when."""

    why: str
    until: str


ERASED: dict[str, str] = {
    'customers': 'name email phone other_phones memo attributes',
    'chat_sessions': 'visitor_name visitor_phone last_line token_hash',
    'messages': 'content',
    'attachments': 'id chat_session_id name media_type size_bytes object_key created_at preview_key',
    'chat_archives': 'chat_session_id object_key try_at stored_at',
    'message_grams': 'message_id grams',
    'message_sentiments': 'sentiment positive negative neutral mixed',
    'chat_moods': 'chat_session_id source sentiment trend lines balance negative_in_a_row warned_number',
    'chat_ratings': 'comment',
    'drafts': 'id created_at agent_id chat_session_id text updated_at',
    'note_drafts': 'id created_at agent_id chat_session_id text updated_at',
    'notes': 'id created_at customer_id agent_id text updated_at',
    'chat_notes': 'id created_at chat_session_id author_id after_number body',
    'note_mentions': 'note_id agent_id created_at read_at',
    'customer_attachments': 'id created_at agent_id name media_type size_bytes object_key preview_key customer_id',
    'customer_changes': 'id created_at customer_id agent_id version fields',
    'customer_merges': 'before',
    'calls': 'phone',
    'call_legs': 'phone',
    'callbacks': 'phone name body',
    'wrap_ups': 'summary',
    'past_wrap_ups': 'summary',
    'promises': 'body',
    'contact_steps': 'reason',
    'chat_transfers': 'reason',
    'site_visits': 'address title identity',
    'queue_notices': 'body',
    'agent_status_changes': 'note',
    'history_views': 'name query',
    'report_lines': 'person',
}
"""Columns that are emptied, or whose rows are deleted."""

KEPT: dict[str, dict[str, Kept]] = {
    'access_months': {
        'most': Kept('whose data was accessed most, by id; names nobody once the record is erased', 'never deleted: it is summed from the log'),
    },
    'access_reviews': {
        'figures': Kept('what was signed: counts and ids', 'never deleted, as the log'),
        'remark': Kept('numbers and addresses are masked before it is written', 'never deleted, as the log'),
    },
    'audit_log': {
        'reason': Kept('names, numbers and addresses are masked before they are written', 'never deleted: the log is one chain'),
        'details': Kept('names of fields, counts and ids', 'never deleted: the log is one chain'),
        'subject_id': Kept('the log of access (안전성 확보조치 기준 8조); names nobody once the record is erased', 'never deleted: the log is one chain'),
    },
    'canned_replies': {
        'body': Kept('written for all customers, about none', 'the desk takes it out of use'),
        'body_en': Kept('written for all customers, about none', 'the desk takes it out of use'),
    },
    'left_messages': {
        one: Kept('a message that waits for an opening: nobody on record yet', "the queue's next opening: then it is a chat")
        for one in ('visitor_name', 'visitor_phone', 'body', 'token_hash', 'consented_at')
    },
    'announcements': {'body': Kept('written for all customers, about none', 'never deleted: contacts name their version')},
    'barred_pairs': {
        'customer_id': Kept('keeps an abusive customer and an agent apart (산업안전보건법 41조)', 'three years, with its case'),
        'phone': Kept('keeps an abusive customer and an agent apart (산업안전보건법 41조)', 'three years, with its case'),
    },
    'protection_cases': {
        'customer_id': Kept('a record that the law wants kept (산업안전보건법 41조, 164조)', 'three years: ``kept_until``'),
        'customer_name': Kept('a record that the law wants kept (산업안전보건법 41조, 164조)', 'three years: ``kept_until``'),
        'phone': Kept('a record that the law wants kept (산업안전보건법 41조, 164조)', 'three years: ``kept_until``'),
    },
    'protection_steps': {'words': Kept('the words of warnings, and reasons; a record that the law wants kept', 'three years, with its case')},
    'protection_evidence': {
        'lines': Kept('the lines of the contact as evidence, numbers masked (산업안전보건법 41조, 164조)', 'three years, with its case'),
        'digest': Kept('seals the lines', 'three years, with its case'),
    },
    'protection_files': {
        'name': Kept('a file of the contact as evidence (산업안전보건법 41조, 164조)', 'three years, with its case'),
        'source_key': Kept('where the file was that was copied', 'three years, with its case'),
        'object_key': Kept('the copy of a file as evidence (산업안전보건법 41조, 164조)', 'three years, with its case'),
        'digest': Kept('seals the file', 'three years, with its case'),
    },
    'lookups': {
        'value_hash': Kept('shows guessing of numbers; a keyed hash', '31 days'),
        'alike_hash': Kept('shows guessing of numbers; a keyed hash', '31 days'),
    },
    'imported_customers': {'customer_id': Kept('undoes an import', 'one day')},
    'alert_deliveries': {'body': Kept('counts, ids, names of queues and hosts: the desk writes it, about no person', '90 days after the alert is over')},
    'outbox': {'body': Kept('events on their way; an erasure waits for none', 'seconds: deleted once they are told')},
    'call_legs': {'recording': Kept('the place of a recording, which names nobody, to delete it by', "the retention of calls, and the bucket's own rule")},
    'calls': {'contact_id': Kept("Amazon Connect's id of the contact", 'the retention of calls')},
    'chat_sessions': {'consented_at': Kept('that and when there was consent, of somebody no longer known', 'the retention of chats')},
}  # fmt: skip
"""Columns that stay for a purpose, and how it ends."""

STAFF: dict[str, str] = {
    'access_months': 'networks',
    'agents': 'username email password_hash first_name last_name connect_user_id sso_subject',
    'invitations': 'username email first_name last_name token_hash',
    'password_resets': 'token_hash',
    'second_factors': 'secret recovery_marks',
    'sessions': 'token_hash user_agent address sso_session sso_token',
    'sign_in_attempts': 'username address source',
    'call_moments': 'connect_user',
}
"""Personal data of the people who work here, not of customers."""

FREE: dict[str, str] = {
    'alert_deliveries': (
        'id dedupe_id alert_id kind phase headline created_at try_at tries failed_at fault sent_at given_up_at'
    ),
    'operator_alerts': 'id created_at kind subject told_level details seen_at ended_at',
    'announcements': 'id language created_at',
    'barred_pairs': 'id created_at agent_id case_id lifted_at lifted_by_id',
    'protection_cases': (
        'id created_at contact_id channel queue_id department agent_id kind language warnings warnings_wanted '
        'announcement_id announced_at recording_notice over_at ended_by_id rest_from rest_until restricted_until kept_until'
    ),
    'protection_evidence': 'case_id created_at',
    'protection_files': 'id case_id message_id media_type size_bytes created_at try_at settled_at',
    'protection_steps': 'id created_at case_id kind by_id',
    'access_months': 'month agent_id entries shown taken subjects off_hours days first_at last_at alarms',
    'access_reviews': 'month signed_by_id signed_at head_id head_hash digest',
    'agent_loans': 'id created_at agent_id from_department to_department by_id until ended_at',
    'agent_presences': 'agent_id seen_at',
    'agent_skills': 'agent_id skill_id level',
    'agent_status_changes': 'id created_at agent_id status reason_id by_id why',
    'agents': (
        'id created_at role department departments status status_since base_status away_reason_id '
        'next_status next_reason_id suspended_as suspended_at idle_since missed_in_a_row '
        'chat_capacity is_active updated_at blocked_at'
    ),
    'audit_log': 'id created_at agent_id action subject_kind path previous_hash hash',
    'away_reasons': 'id created_at code name name_en position is_choosable is_active',
    'call_legs': (
        'id created_at call_id contact_id previous_contact_id kind agent_id queue_id started_at '
        'reached_at queued_at answered_at ended_at cleared_at hold_seconds reason asked_at'
    ),
    'call_moments': 'id created_at leg_id agent_id kind at',
    'callback_attempts': 'id created_at callback_id call_id agent_id',
    'callbacks': (
        'id created_at customer_id queue_id department owner_id made_by_id slot_from slot_to '
        'announced_at chat_id status attempts closed_at closed_by_id version updated_at'
    ),
    'calls': (
        'id person_removed_at created_at customer_id agent_id direction priority department queue_id start_time '
        'answered_at end_time ending version dialled_by_id reason recording_notice announcement_id notices_asked_at'
    ),
    'canned_replies': 'id created_at owner_id department folder code title title_en uses is_active',
    'canned_reply_files': 'id created_at agent_id name media_type size_bytes object_key preview_key reply_id',
    'canned_reply_uses': 'agent_id reply_id uses used_at',
    'chat_labels': 'id created_at department name name_en color position is_active',
    'chat_ratings': 'chat_session_id score created_at updated_at',
    'chat_sessions': (
        'id texts_removed_at person_removed_at created_at customer_id agent_id status priority department source start_time end_time '
        'taken_at ending customer_seen_at contacts_shown_to queue_id rank_at held_at '
        'offered_agent_id offered_at offer_expires_at returning_agent_id version last_number '
        'last_message_at last_agent_number last_agent_id unread_count awaiting_since '
        'agent_delivered_number agent_read_number customer_delivered_number customer_read_number '
        'remind_at joined_agent_ids reopened_at snoozed_until woken_at label_ids '
        'silence_due_at silence_asked_at silence_off announcement_id announced_at left_at'
    ),
    'chat_transfers': (
        'id created_at chat_session_id from_id to_agent_id to_queue_id category_id expires_at '
        'ended_at ended_by_id refused_by_ids outcome'
    ),
    'contact_categories': 'id created_at queue_id parent_id name name_en position retired_at',
    'contact_steps': 'id contact_id channel kind at queue_id agent_id by_id came_at rang_at score',
    'customer_merges': 'id created_at kept_id merged_id agent_id moved undone_at',
    'customers': (
        'id created_at number customer_type status blocked_until risk_level call_permission version total_calls '
        'total_chats updated_at last_contact_at merged_into_id erased_at'
    ),
    'dismissed_promises': 'message_id agent_id created_at',
    'doomed_objects': 'object_key due_at',
    'floor_alerts': 'id created_at threshold_id case_id kind most subject_id value taken_by_id taken_at ended_at',
    'floor_thresholds': 'id created_at kind most queue_id status is_active changed_by_id updated_at',
    'forecasts': 'id created_at by_id department agents holds_breaks until foretold',
    'history_views': 'id created_at agent_id',
    'import_runs': 'id created_at agent_id new changed undone_at',
    'imported_customers': 'run_id version is_new',
    'invitations': 'id created_at role department expires_at invited_by_id used_at ended_at',
    'lookups': 'agent_id looked_at',
    'left_messages': 'id created_at queue_id opens_at',
    'message_sentiments': 'message_id chat_session_id number claimed_at analysed_at source',
    'messages': 'id created_at chat_session_id number sender sender_id type',
    'notice_receipts': 'notice_id agent_id read_at',
    'outbox': 'id kind created_at claimed_at trace',
    'past_wrap_ups': 'id created_at contact_id agent_id category_id needs_follow_up done_at ending',
    'password_resets': 'id created_at agent_id made_by_id expires_at used_at ended_at',
    'promises': (
        'id created_at contact_id channel queue_id owner_id made_by_id message_id due_at status '
        'reminded_at closed_at version'
    ),
    'queue_notices': 'id created_at queue_id by_id withdrawn_at',
    'queue_targets': 'queue_id since seconds percent',
    'queues': (
        'id created_at name name_en department mode is_active skill_id min_level '
        'service_level_seconds service_level_percent offer_seconds misses_until_away '
        'returning_seconds widen_after_seconds wider_department wider_level chats_during_call '
        'wrap_up_required wrap_up_seconds recording_pause_seconds long_call_seconds '
        'very_long_call_seconds callbacks_per_hour silence_ask_seconds silence_close_seconds abuse_warnings harassment_warnings '
        'most_waiting longest_wait_seconds is_announced_by_phone version updated_at'
    ),
    'recording_pauses': 'id created_at call_id contact_id agent_id resume_at resumed_at ending',
    'report_changes': 'id contact_id created_at',
    'report_lines': (
        'contact_id number day hour queue_id agent_id channel category_id definition came_at '
        'has_arrived outcome wait_ms has_reply reply_ms is_repeat has_mood is_negative has_promise '
        'has_kept has_rating rating was_transferred was_handled talk_ms hold_ms wrap_up_ms'
    ),
    'report_subscriptions': 'report_id agent_id',
    'routing_decisions': 'id created_at contact_id queue_id agent_id rule rule_version situation',
    'saved_reports': 'id created_at made_by_id name query',
    'second_factor_rules': 'role is_required updated_at',
    'second_factors': 'agent_id created_at last_step failures failed_at',
    'sentiment_spendings': 'day units',
    'sessions': 'id created_at agent_id expires_at revoked_at seen_at sso_checked_at',
    'setting_changes': 'id created_at kind subject_id version by_id before after',
    'setting_documents': 'kind subject_id values version updated_at',
    'setup_links': 'id created_at token_hash expires_at used_at',
    'shifts': 'id created_at agent_id day begin until activities changed_by_id',
    'sign_in_attempts': 'id created_at',
    'site_keys': 'id created_at origin sealed made_by_id retired_at',
    'site_visits': 'chat_session_id site seen_at customer_id',
    'skills': 'id created_at name name_en',
    'uptime': 'id since last_at',
    'wall_links': 'id created_at name department token_hash made_by_id revoked_at',
    'wrap_ups': (
        'id created_at contact_id channel agent_id queue_id category_id needs_follow_up is_required '
        'version limit_at left_at done_at ending updated_at'
    ),
}
"""Columns without personal data: ids, times, counts, codes, and texts about the desk itself."""
