"""All services of one process. ``services.assembly`` fills the registry; pages receive it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from desk.events import Topics
from desk.stream import EventStream
from services.alerting.alerts import OperatorAlerts
from services.alerting.deliveries import AlertDeliveries
from services.audit.access_reviews import AccessReviews
from services.audit.log import AuditLog
from services.calls.callback_requests import CallbackRequests
from services.calls.callbacks import Callbacks
from services.calls.callers import Callers
from services.calls.calls import Calls
from services.calls.connect_users import ConnectUsers
from services.calls.dial_rules import DialRules
from services.calls.directory import ConnectDirectory
from services.calls.floor_now import ConnectFloor
from services.calls.limits import LongCalls
from services.calls.listening import ConnectListener
from services.calls.notices import CallNotices
from services.calls.recordings import Recordings
from services.calls.softphones import Softphones
from services.calls.targets import TransferTargets
from services.canned.files import CannedFiles
from services.canned.replies import CannedReplies
from services.canned.sheet import CannedSheet
from services.chats.announcing import Announcements
from services.chats.chats import Chats
from services.chats.company import Company
from services.chats.drafts import Drafts
from services.chats.inbox import Inbox
from services.chats.label_settings import LabelSettings
from services.chats.labels import ChatLabels
from services.chats.left_messages import LeftMessages
from services.chats.note_drafts import NoteDrafts
from services.chats.notes import ChatNotes
from services.chats.offers import Offers
from services.chats.priorities import Priorities
from services.chats.ratings import Ratings
from services.chats.reopening import Reopenings
from services.chats.silence import Silence
from services.chats.snoozes import Snoozes
from services.chats.viewers import Viewers
from services.chats.visits import Visits
from services.contacts.categories import Categories
from services.contacts.left_wrap_ups import LeftWrapUps
from services.contacts.promises import Promises
from services.contacts.queues import Queues
from services.contacts.wrap_ups import WrapUps
from services.customers.attachments import CustomerAttachments
from services.customers.duplicates import CustomerDuplicates
from services.customers.erasure import CustomerErasure
from services.customers.importing.importing import CustomerImport
from services.customers.linking import Customers
from services.customers.merging import CustomerMerging
from services.customers.notes import CustomerNotes
from services.customers.personal_data import PersonalData
from services.customers.phone_lookup import PhoneLookup
from services.customers.records import CustomerRecords
from services.customers.restricting import Restrictions
from services.customers.timeline import CustomerTimeline
from services.disclosure.files import CustomerFiles
from services.files.files import Files
from services.floor.absences import Absences
from services.floor.alerts import Alerts
from services.floor.crowding import Crowding
from services.floor.departures import Departures
from services.floor.expected_waits import ExpectedWaits
from services.floor.joining import Joining
from services.floor.live_board import LiveBoard
from services.floor.queue_notices import QueueNotices
from services.floor.reasons import Explanations
from services.floor.router import Router
from services.floor.steering import Steering
from services.floor.thresholds import Thresholds
from services.floor.today import Today
from services.floor.transfers import Transfers
from services.floor.walls import Walls
from services.forecast.what_if import WhatIf
from services.history.exports import Exports
from services.history.history import History
from services.history.views import HistoryViews
from services.identity.single_sign_on import SingleSignOn
from services.identity.watch import ProviderWatch
from services.people.accounts import Accounts
from services.people.agents import Agents
from services.people.authority import Authority
from services.people.invitations import Invitations
from services.people.own_account import OwnAccount
from services.people.password_resets import PasswordResets
from services.people.presence import Presence
from services.people.second_factors import SecondFactors
from services.people.setup_links import SetupLinks
from services.people.sign_ins import SignIns
from services.people.skills import Skills
from services.people.states import AgentStates
from services.protection.files import CaseFiles
from services.protection.keeping import CaseKeeping
from services.protection.protection import Protection
from services.protection.records import ProtectionRecords
from services.reports.day_reports import DayReports
from services.reports.exports import ReportExports
from services.reports.reports import Reports
from services.reports.rollups import Rollups
from services.reports.saved import SavedReports
from services.reports.shift_sheet import ShiftSheet
from services.reports.shifts import Shifts
from services.roster.roster import Roster
from services.search.customers import CustomerSearch
from services.search.lookups import Lookups
from services.search.messages import MessageSearch
from services.sentiment.judge import SentimentJudge
from services.sentiment.sentiments import Sentiments
from services.settings.abuse_words import AbuseWords
from services.settings.away_reasons import AwayReasons
from services.settings.category_tree import CategoryTree
from services.settings.connections import Connections
from services.settings.desk_settings import DeskSettings
from services.settings.opening import Opening
from services.settings.retention import Retention
from services.settings.setup_steps import SetupSteps
from services.settings.sites import AllowedSites
from services.settings.texts import Texts
from services.transcripts.archive import TranscriptArchive
from services.transcripts.copies import TranscriptCopies
from services.widget.site_keys import SiteKeys
from services.widget.widget import Widget
from services.work.relay import Relay


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """All services, one field a feature."""

    topics: Topics
    stream: EventStream
    relay: Relay
    accounts: Accounts
    agents: Agents
    agent_states: AgentStates
    presence: Presence
    wrap_ups: WrapUps
    left_wrap_ups: LeftWrapUps
    categories: Categories
    category_tree: CategoryTree
    away_reasons: AwayReasons
    offers: Offers
    router: Router
    absences: Absences
    alerts: Alerts
    alert_deliveries: AlertDeliveries
    operator_alerts: OperatorAlerts
    allowed_sites: AllowedSites
    announcements: Announcements
    board: LiveBoard
    joining: Joining
    explanations: Explanations
    steering: Steering
    abuse_words: AbuseWords
    access_reviews: AccessReviews
    audit_log: AuditLog
    authority: Authority
    callbacks: Callbacks
    callback_requests: CallbackRequests
    callers: Callers
    call_notices: CallNotices
    calls: Calls
    canned_files: CannedFiles
    canned_replies: CannedReplies
    canned_sheet: CannedSheet
    connect_directory: ConnectDirectory
    connections: Connections
    desk_settings: DeskSettings
    customer_texts: Texts
    dial_rules: DialRules
    connect_floor: ConnectFloor
    connect_users: ConnectUsers
    connect_listener: ConnectListener | None
    """``None`` where no Connect instance is configured."""
    chats: Chats
    chat_labels: ChatLabels
    label_settings: LabelSettings
    chat_notes: ChatNotes
    note_drafts: NoteDrafts
    priorities: Priorities
    company: Company
    customers: Customers
    customer_attachments: CustomerAttachments
    customer_duplicates: CustomerDuplicates
    customer_erasure: CustomerErasure
    customer_files: CustomerFiles
    customer_import: CustomerImport
    customer_merging: CustomerMerging
    customer_notes: CustomerNotes
    customer_records: CustomerRecords
    customer_search: CustomerSearch
    customer_timeline: CustomerTimeline
    crowding: Crowding
    departures: Departures
    drafts: Drafts
    expected_waits: ExpectedWaits
    exports: Exports
    files: Files
    history: History
    history_views: HistoryViews
    inbox: Inbox
    invitations: Invitations
    long_calls: LongCalls
    left_messages: LeftMessages
    lookups: Lookups
    message_search: MessageSearch
    opening: Opening
    own_account: OwnAccount
    password_resets: PasswordResets
    personal_data: PersonalData
    phone_lookup: PhoneLookup
    promises: Promises
    protection: Protection
    case_files: CaseFiles
    case_keeping: CaseKeeping
    protection_records: ProtectionRecords
    restrictions: Restrictions
    queue_notices: QueueNotices
    queues: Queues
    ratings: Ratings
    recordings: Recordings
    reopenings: Reopenings
    retention: Retention
    reports: Reports
    day_reports: DayReports
    report_exports: ReportExports
    shifts: Shifts
    shift_sheet: ShiftSheet
    saved_reports: SavedReports
    rollups: Rollups
    roster: Roster
    second_factors: SecondFactors
    sentiments: Sentiments
    sentiment_judge: SentimentJudge | None
    silence: Silence
    setup_links: SetupLinks
    setup_steps: SetupSteps
    skills: Skills
    site_keys: SiteKeys
    snoozes: Snoozes
    viewers: Viewers
    visits: Visits
    walls: Walls
    what_if: WhatIf
    widget: Widget
    sign_ins: SignIns
    thresholds: Thresholds
    single_sign_on: SingleSignOn | None
    """``None`` where no provider is configured."""
    provider_watch: ProviderWatch | None
    today: Today
    softphones: Softphones
    transcript_archive: TranscriptArchive
    transcripts: TranscriptCopies
    transfer_targets: TransferTargets
    transfers: Transfers

    @property
    def connect_loops(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Return the background loops for calls, by name; empty without a Connect instance."""
        listener = self.connect_listener
        if listener is None:
            return {}
        return {
            'contact-events': listener.follow_contacts,
            'agent-events': listener.follow_agents,
            'quiet-calls': listener.ask_about_quiet,
            'connect-floor': self.connect_floor.follow,
            'recordings': self.recordings.follow,
            'call-notices': self.call_notices.follow,
            'connect-users': self.connect_directory.follow_users,
        }

    @property
    def optional_loops(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Return the background loops for what a desk may have or not, by name."""
        return self.connect_loops | self.sentiment_loops | self.identity_loops

    @property
    def identity_loops(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Return the background loops for single sign-on, by name; empty where there is none."""
        return {'provider': self.provider_watch.follow} if self.provider_watch else {}

    @property
    def sentiment_loops(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Return the background loops for sentiment analysis, by name; empty where it is off."""
        return {'sentiment': self.sentiment_judge.follow} if self.sentiment_judge else {}
