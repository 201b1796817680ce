"""Every controller, by who may come in. A route that is not listed here does not exist."""

from typing import Any

from web.account.password import PasswordController
from web.account.picture import PictureController
from web.account.profile import ClassNewsController, NewsController, ProfileController
from web.account.sign_ins import SignInsController
from web.admin.activity import ActivityController
from web.admin.application_decisions import ApplicationDecisionController
from web.admin.applications import ApplicationController
from web.admin.assignments import AssignmentController
from web.admin.attendance import AttendanceController, StudentAttendanceController
from web.admin.audit import AuditController
from web.admin.automation_changes import AutomationChangeController
from web.admin.automations import AutomationController
from web.admin.batches import BatchController
from web.admin.broadcast_recipients import BroadcastRecipientController
from web.admin.broadcast_runs import BroadcastRunController
from web.admin.broadcasts import BroadcastController
from web.admin.campaigns import CampaignController
from web.admin.class_recordings import ClassRecordingController
from web.admin.conversions import ConversionController
from web.admin.courses import CourseController
from web.admin.dashboard import DashboardController, TrialEmailController
from web.admin.deliveries import DeliveryController
from web.admin.enrolments import EnrolmentController, NewEnrolmentController
from web.admin.errors import ErrorController
from web.admin.feedback import FeedbackController
from web.admin.import_runs import ImportColumnsController, ImportRunController, ImportUndoController
from web.admin.imports import ImportController
from web.admin.integration_requests import IntegrationRequestController
from web.admin.integrations import IntegrationController, WebhookAddressController
from web.admin.lead_deletions import LeadDeletionController
from web.admin.lead_selections import LeadSelectionController
from web.admin.leads import LeadController
from web.admin.message_templates import MessageTemplateController
from web.admin.messages import MessageController
from web.admin.modules import ModuleController
from web.admin.payment_changes import FlaggedPaymentController, PaymentChangeController
from web.admin.payments import PaymentController
from web.admin.people import PersonController, PersonDeliveryController, PersonStepController
from web.admin.problems import ProblemController
from web.admin.recordings import RecordingController
from web.admin.rehearsals import RehearsalController
from web.admin.saved_filters import SavedFilterController
from web.admin.search import SearchController
from web.admin.session_changes import SessionChangeController
from web.admin.session_forms import SessionFormController
from web.admin.session_messages import SessionMessageController
from web.admin.session_recordings import SessionRecordingController
from web.admin.sessions import SessionController
from web.admin.settings import DemoRemovalController, SettingsController
from web.admin.single_messages import SingleMessageController
from web.admin.student_pictures import StudentPictureController
from web.admin.students import StudentController
from web.admin.submissions import ExtensionController, SubmissionController
from web.admin.team import AdminRequestDecisionController, MemberController, TeamController
from web.admin.tokens import TeamTokenController, TokenController
from web.admin.whatsapp import WhatsAppController
from web.admin.whatsapp_template_history import WhatsAppTemplateHistoryController
from web.admin.whatsapp_templates import WhatsAppTemplateController
from web.api.applications import ApplicationApi
from web.api.broadcast_recipients import BroadcastRecipientApi
from web.api.broadcast_runs import BroadcastRunApi
from web.api.broadcasts import BroadcastApi
from web.api.campaigns import CampaignApi
from web.api.deliveries import DeliveryApi
from web.api.imports import ImportApi
from web.api.leads import LeadApi
from web.api.me import MeApi
from web.api.messages import MessageApi, RecordingApi
from web.api.payments import PaymentApi
from web.api.schema import ApiReferenceController
from web.api.sessions import SessionApi
from web.api.students import StudentApi
from web.api.suppressions import SuppressionApi
from web.health import HealthController
from web.live import LiveController
from web.notifications import NotificationsController
from web.public.admin_request import AdminRequestController, AdminRequestVerificationController
from web.public.apply import ApplyController
from web.public.calendar import CalendarController
from web.public.feedback import PublicFeedbackController
from web.public.landing import LandingController
from web.public.password import ForgotPasswordController, SetPasswordController
from web.public.pay import PayController
from web.public.sign_in import SignInController, SignOutController
from web.public.styleguide import StyleguideController
from web.public.unsubscribe import UnsubscribeController
from web.static_files import static_file
from web.student.assignments import StudentAssignmentController
from web.student.course import StudentCourseController
from web.student.dashboard import StudentDashboardController
from web.student.payments import StudentPaymentController
from web.student.recordings import StudentRecordingController
from web.student.schedule import ScheduleController, StudentSessionController
from web.webhooks.aisensy import AiSensyWebhookController
from web.webhooks.bolna import BolnaWebhookController
from web.webhooks.instamojo import InstamojoWebhookController
from web.webhooks.sendgrid import SendGridWebhookController
from web.webhooks.sendgrid_inbound import SendGridInboundController
from web.webhooks.zoom import ZoomWebhookController

INFRASTRUCTURE: list[Any] = [
    HealthController,
    LiveController,
    static_file,
    SendGridWebhookController,
    SendGridInboundController,
    AiSensyWebhookController,
    BolnaWebhookController,
    ZoomWebhookController,
    InstamojoWebhookController,
]

# For programs with a personal token, under /api.
API: list[Any] = [
    MeApi,
    LeadApi,
    ImportApi,
    CampaignApi,
    ApplicationApi,
    StudentApi,
    SessionApi,
    DeliveryApi,
    SuppressionApi,
    MessageApi,
    RecordingApi,
    BroadcastApi,
    BroadcastRecipientApi,
    BroadcastRunApi,
    PaymentApi,
]

# (audience, path, controllers)
AUDIENCES: list[tuple[str, str, list[Any]]] = [
    (
        "public",
        "/",
        [
            LandingController,
            ApplyController,
            UnsubscribeController,
            PublicFeedbackController,
            PayController,
            CalendarController,
            SignInController,
            SignOutController,
            ForgotPasswordController,
            SetPasswordController,
            AdminRequestController,
            AdminRequestVerificationController,
            StyleguideController,
            ApiReferenceController,
        ],
    ),
    (
        "signed_in",
        "/account",
        [
            ProfileController,
            PictureController,
            NewsController,
            ClassNewsController,
            PasswordController,
            SignInsController,
        ],
    ),
    (
        "student",
        "/student",
        [
            StudentDashboardController,
            StudentCourseController,
            ScheduleController,
            StudentSessionController,
            StudentRecordingController,
            StudentAssignmentController,
            StudentPaymentController,
            NotificationsController,
        ],
    ),
    (
        "admin",
        "/admin",
        [
            DashboardController,
            TrialEmailController,
            ActivityController,
            ProblemController,
            LeadController,
            CampaignController,
            AutomationController,
            AutomationChangeController,
            RehearsalController,
            ConversionController,
            BroadcastController,
            BroadcastRunController,
            BroadcastRecipientController,
            SavedFilterController,
            DeliveryController,
            MessageController,
            RecordingController,
            FeedbackController,
            PersonController,
            PersonStepController,
            PersonDeliveryController,
            SingleMessageController,
            WhatsAppController,
            WhatsAppTemplateController,
            WhatsAppTemplateHistoryController,
            MessageTemplateController,
            LeadSelectionController,
            LeadDeletionController,
            ImportController,
            ImportColumnsController,
            ImportRunController,
            ImportUndoController,
            ApplicationController,
            ApplicationDecisionController,
            StudentController,
            EnrolmentController,
            NewEnrolmentController,
            AttendanceController,
            StudentAttendanceController,
            StudentPictureController,
            PaymentController,
            PaymentChangeController,
            FlaggedPaymentController,
            CourseController,
            ModuleController,
            BatchController,
            SessionController,
            SessionFormController,
            SessionChangeController,
            SessionMessageController,
            SessionRecordingController,
            ClassRecordingController,
            AssignmentController,
            SubmissionController,
            ExtensionController,
            NotificationsController,
            AuditController,
            ErrorController,
            IntegrationController,
            IntegrationRequestController,
            WebhookAddressController,
            SettingsController,
            DemoRemovalController,
            SearchController,
            TokenController,
        ],
    ),
    (
        "super_admin",
        "/admin/team",
        [TeamController, MemberController, AdminRequestDecisionController, TeamTokenController],
    ),
]
