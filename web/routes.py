"""Every controller, by who may come in. A route that is not listed here does not exist."""

from typing import Any

from web.account.password import PasswordController
from web.account.profile import NewsController, ProfileController
from web.account.sign_ins import SignInsController
from web.admin.activity import ActivityController
from web.admin.application_decisions import ApplicationDecisionController
from web.admin.applications import ApplicationController
from web.admin.audit import AuditController
from web.admin.batches import BatchController
from web.admin.campaigns import CampaignController
from web.admin.courses import CourseController
from web.admin.dashboard import DashboardController, TrialEmailController
from web.admin.deliveries import DeliveryController
from web.admin.errors import ErrorController
from web.admin.import_runs import ImportColumnsController, ImportRunController, ImportUndoController
from web.admin.imports import ImportController
from web.admin.lead_selections import LeadSelectionController
from web.admin.leads import LeadController
from web.admin.modules import ModuleController
from web.admin.recordings import RecordingController
from web.admin.search import SearchController
from web.admin.settings import DemoRemovalController, SettingsController
from web.admin.single_messages import SingleMessageController
from web.admin.students import StudentController
from web.admin.team import AdminRequestDecisionController, MemberController, TeamController
from web.admin.whatsapp import WhatsAppController
from web.admin.whatsapp_templates import WhatsAppTemplateController
from web.health import HealthController
from web.live import LiveController
from web.notifications import NotificationsController
from web.public.admin_request import AdminRequestController, AdminRequestVerificationController
from web.public.apply import ApplyController
from web.public.landing import LandingController
from web.public.password import ForgotPasswordController, SetPasswordController
from web.public.sign_in import SignInController, SignOutController
from web.public.styleguide import StyleguideController
from web.public.unsubscribe import UnsubscribeController
from web.static_files import static_file
from web.student.course import StudentCourseController
from web.student.dashboard import StudentDashboardController
from web.webhooks.aisensy import AiSensyWebhookController
from web.webhooks.bolna import BolnaWebhookController
from web.webhooks.sendgrid import SendGridWebhookController
from web.webhooks.zoom import ZoomWebhookController

INFRASTRUCTURE: list[Any] = [
    HealthController,
    LiveController,
    static_file,
    SendGridWebhookController,
    AiSensyWebhookController,
    BolnaWebhookController,
    ZoomWebhookController,
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
            SignInController,
            SignOutController,
            ForgotPasswordController,
            SetPasswordController,
            AdminRequestController,
            AdminRequestVerificationController,
            StyleguideController,
        ],
    ),
    (
        "signed_in",
        "/account",
        [ProfileController, NewsController, PasswordController, SignInsController],
    ),
    ("student", "/student", [StudentDashboardController, StudentCourseController, NotificationsController]),
    (
        "admin",
        "/admin",
        [
            DashboardController,
            TrialEmailController,
            ActivityController,
            LeadController,
            CampaignController,
            DeliveryController,
            RecordingController,
            SingleMessageController,
            WhatsAppController,
            WhatsAppTemplateController,
            LeadSelectionController,
            ImportController,
            ImportColumnsController,
            ImportRunController,
            ImportUndoController,
            ApplicationController,
            ApplicationDecisionController,
            StudentController,
            CourseController,
            ModuleController,
            BatchController,
            NotificationsController,
            AuditController,
            ErrorController,
            SettingsController,
            DemoRemovalController,
            SearchController,
        ],
    ),
    ("super_admin", "/admin/team", [TeamController, MemberController, AdminRequestDecisionController]),
]
