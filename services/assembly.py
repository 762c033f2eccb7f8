"""Builds all services of one process. ``main.build`` calls it."""

from redis.asyncio import Redis

from desk.db import Database
from desk.events import Topics
from desk.stream import EventStream
from models import AgentRole
from services.alerting.alerts import OperatorAlerts
from services.alerting.deliveries import AlertDeliveries
from services.alerting.outage import DatabaseOutage
from services.alerting.setup import AlertSetup
from services.audit.access_reviews import AccessReviews
from services.audit.log import AuditLog
from services.aws.connection import ConnectConnection
from services.calls.call_log import CallLog
from services.calls.callback_requests import CallbackRequests
from services.calls.callbacks import Callbacks
from services.calls.callers import Callers
from services.calls.calls import Calls
from services.calls.connect_users import ConnectUsers
from services.calls.dial_rules import DialRules, QuietHours
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
from services.customers.unit_of_work import CustomerUnitsOfWork
from services.disclosure.files import CustomerFiles
from services.files.files import Files
from services.files.intake import FileIntake, FileSetup
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
from services.identity.setup import IdentitySetup
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
from services.registry import Services
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
from services.sentiment.sentiments import Sentiments
from services.sentiment.setup import SentimentSetup
from services.settings.abuse_words import AbuseWords
from services.settings.away_reasons import AwayReasons
from services.settings.category_tree import CategoryTree
from services.settings.connections import Connection, Connections, OutsideServices, configured_tests
from services.settings.kinds import desk_settings
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
from services.work.unit_of_work import UnitsOfWork


def assemble(  # noqa: PLR0913, PLR0915 - it assembles everything
    db: Database,
    topics: Topics,
    stream: EventStream,
    *,
    redis: 'Redis',
    jwt_secret: str,
    session_hours: int,
    sentiment: SentimentSetup | None = None,
    connect: ConnectConnection | None = None,
    quiet_hours: QuietHours | None = None,
    has_softphone: bool = False,
    identity: IdentitySetup | None = None,
    outside: OutsideServices | None = None,
    files: FileSetup | None = None,
    alerts: AlertSetup | None = None,
) -> Services:
    """Build all services on one database and one event stream; opens nothing.

    Without ``connect`` the desk has no voice: calls are read and nothing else. Nobody is called in ``quiet_hours``.
    With ``has_softphone`` agents call from this desk, so customers may ask for call-backs.
    """
    relay = Relay(db, stream)
    units = UnitsOfWork(db, relay)
    customer_search, message_search = CustomerSearch(db, secret=jwt_secret), MessageSearch(db)
    lookups = Lookups(db, secret=jwt_secret)
    phones = PhoneLookup(db, redis, stream, topics, secret=jwt_secret)
    customer_workshop = CustomerUnitsOfWork(units, phones)
    offers = Offers(units)
    board = LiveBoard(db, topics)
    audit_log = AuditLog(db)
    authority = Authority(units)
    queues = Queues(units)
    category_tree, away_reasons = CategoryTree(units), AwayReasons(units)
    canned_replies = CannedReplies(units)
    label_settings = LabelSettings(units)
    thresholds = Thresholds(units)
    directory = ConnectDirectory(db, connect.api if connect else None)
    call_log = CallLog(units, directory, phones)
    quiet = quiet_hours or QuietHours()
    rules, texts = DialRules(db, phones, quiet), Texts(units)
    announcements, silence = Announcements(units, texts), Silence(units)
    calls = Calls(units, directory, phones, rules, texts, announcements)
    history = History(db, customer_search, message_search)
    rollups = Rollups(db)
    factors = SecondFactors(units, secret=jwt_secret)
    sign_ins = SignIns(
        units,
        factors,
        jwt_secret=jwt_secret,
        session_hours=session_hours,
        passwords_for=identity.passwords_for if identity else tuple(AgentRole),
    )
    sign_on = (
        SingleSignOn(units, sign_ins, identity.provider, identity.groups, secret=jwt_secret)
        if identity
        else None
    )
    reports = Reports(db, rollups)
    chats, visits = Chats(units), Visits(units, secret=jwt_secret, silence=silence)
    expected_waits = ExpectedWaits(db)
    intake = FileIntake(db, files or FileSetup())
    chat_files = Files(units, intake, chats, visits)
    day_reports, sites = DayReports(db), AllowedSites(units)
    softphones = Softphones(units, redis, calls, prefix=stream.prefix)
    customers, site_keys = (
        Customers(customer_workshop, phones),
        SiteKeys(units, sites, secret=jwt_secret),
    )
    told = alerts or AlertSetup()
    deliveries = AlertDeliveries(units, told.topic, base_url=told.base_url)
    return Services(
        topics=topics,
        stream=stream,
        relay=relay,
        accounts=Accounts(units),
        agents=Agents(units),
        agent_states=AgentStates(units),
        presence=Presence(units),
        wrap_ups=WrapUps(units),
        left_wrap_ups=LeftWrapUps(units),
        categories=Categories(units),
        category_tree=category_tree,
        away_reasons=away_reasons,
        offers=offers,
        router=Router(units, topics, offers),
        absences=Absences(units),
        alerts=Alerts(units, board),
        alert_deliveries=deliveries,
        operator_alerts=OperatorAlerts(
            db,
            deliveries,
            told.watches(db, redis.ping, connect.clients if connect else ()),
            DatabaseOutage(redis, deliveries, prefix=stream.prefix),
            has_bucket=intake.store is not None,
        ),
        allowed_sites=sites,
        announcements=announcements,
        board=board,
        joining=Joining(units),
        explanations=Explanations(units),
        steering=Steering(units),
        abuse_words=AbuseWords(db),
        access_reviews=AccessReviews(units, audit_log),
        audit_log=audit_log,
        authority=authority,
        callbacks=Callbacks(units, rules),
        callback_requests=CallbackRequests(units, quiet, has_softphone=has_softphone),
        callers=Callers(customer_workshop, phones),
        calls=calls,
        canned_files=CannedFiles(units, intake, chat_files),
        canned_replies=canned_replies,
        canned_sheet=CannedSheet(units),
        connect_directory=directory,
        connections=Connections(
            configured_tests(
                db,
                redis.ping,
                connect.api if connect else None,
                sentiment.api if sentiment else None,
            )
            | (outside.tests() if outside else {})
            | ({Connection.OIDC: identity.provider.probe} if identity else {})
        ),
        desk_settings=desk_settings(
            units, queues, [category_tree, away_reasons, thresholds, canned_replies, label_settings]
        ),
        customer_texts=texts,
        dial_rules=rules,
        connect_users=ConnectUsers(authority, directory),
        connect_floor=ConnectFloor(directory, relay, redis, prefix=stream.prefix),
        connect_listener=ConnectListener(units, connect, call_log, redis, prefix=stream.prefix)
        if connect
        else None,
        chats=chats,
        chat_labels=ChatLabels(units),
        label_settings=label_settings,
        chat_notes=ChatNotes(units),
        note_drafts=NoteDrafts(units),
        priorities=Priorities(units),
        company=Company(units),
        customers=customers,
        customer_attachments=CustomerAttachments(customer_workshop, intake),
        customer_duplicates=CustomerDuplicates(customer_workshop, lookups),
        customer_erasure=CustomerErasure(customer_workshop, stream),
        customer_files=CustomerFiles(units),
        customer_import=CustomerImport(units, phones),
        customer_merging=CustomerMerging(customer_workshop),
        customer_notes=CustomerNotes(customer_workshop),
        customer_records=CustomerRecords(customer_workshop),
        customer_search=customer_search,
        customer_timeline=CustomerTimeline(customer_workshop),
        departures=Departures(units),
        drafts=Drafts(units),
        crowding=Crowding(db, expected_waits, topics),
        expected_waits=expected_waits,
        exports=Exports(units, topics, history),
        files=chat_files,
        history=history,
        history_views=HistoryViews(units),
        inbox=Inbox(units),
        invitations=Invitations(units),
        long_calls=LongCalls(db),
        left_messages=LeftMessages(units, secret=jwt_secret),
        lookups=lookups,
        message_search=message_search,
        opening=Opening(units),
        own_account=OwnAccount(units, sign_ins),
        password_resets=PasswordResets(units),
        personal_data=PersonalData(units),
        phone_lookup=phones,
        promises=Promises(units),
        protection=Protection(units, texts, calls, softphones),
        case_files=CaseFiles(units, intake),
        case_keeping=CaseKeeping(units),
        protection_records=ProtectionRecords(
            units, Restrictions(customer_workshop), CustomerRecords(customer_workshop), phones
        ),
        restrictions=Restrictions(customer_workshop),
        queue_notices=QueueNotices(units),
        queues=queues,
        ratings=Ratings(units),
        call_notices=CallNotices(units, directory, announcements, texts),
        recordings=Recordings(units, calls, directory),
        reopenings=Reopenings(units),
        retention=Retention(units),
        reports=reports,
        day_reports=day_reports,
        report_exports=ReportExports(units, reports, day_reports),
        shifts=Shifts(units),
        shift_sheet=ShiftSheet(units),
        saved_reports=SavedReports(units, reports),
        rollups=rollups,
        roster=Roster(units),
        second_factors=factors,
        sentiments=Sentiments(units),
        silence=silence,
        sentiment_judge=sentiment.judge(units, topics, redis, stream, jwt_secret)
        if sentiment
        else None,
        setup_links=SetupLinks(units, passwords_for=sign_ins.passwords_for),
        setup_steps=SetupSteps(db),
        skills=Skills(units, authority),
        site_keys=site_keys,
        snoozes=Snoozes(units),
        viewers=Viewers(relay),
        visits=visits,
        softphones=softphones,
        transcript_archive=TranscriptArchive(units, intake.store),
        transcripts=TranscriptCopies(units),
        transfer_targets=TransferTargets(db, directory),
        transfers=Transfers(units),
        walls=Walls(units, board),
        what_if=WhatIf(units, board),
        widget=Widget(units, sites, site_keys, visits, customers, phones, secret=jwt_secret),
        thresholds=thresholds,
        today=Today(db),
        sign_ins=sign_ins,
        single_sign_on=sign_on,
        provider_watch=ProviderWatch(
            units, sign_on, identity.provider, identity.groups, redis, prefix=stream.prefix
        )
        if identity and sign_on
        else None,
    )
