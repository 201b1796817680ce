"""The first steps of a new business, each ticked by what is really there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.language import _

SQL = """
select jsonb_build_object(
  'course', exists (select from courses),
  'lead', exists (select from imported_leads),
  'email', exists (select from email_logs where delivered_at is not null),
  'application', exists (select from cta_submissions),
  'demo', (select value = 'true' from business_settings where key = 'demo_loaded'),
  'test', (select d.state from deliveries d where d.kind = 'test' and d.created_at > %(now)s - interval '1 day'
     order by d.created_at desc limit 1))
"""


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One step. ``href`` is a page to go to; the test e-mail has none, since it is sent by a button."""

    name: str
    title: str
    text: str
    action: str
    href: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """``is_empty`` says that there is nothing yet that figures could count; ``has_demo`` that the demo is there."""

    steps: list[FirstStep]
    is_empty: bool
    has_demo: bool

    @property
    def is_needed(self) -> bool:
        return not self.has_demo and not all(step.is_done for step in self.steps)

    @property
    def next(self) -> FirstStep | None:
        return next((step for step in self.steps if not step.is_done), None)


def read_first_steps(found: Mapping[str, Any]) -> FirstSteps:
    """Return the steps as the database stands."""
    steps = [
        FirstStep(
            "course",
            _("Make your first course"),
            _("With a batch, so that people can apply."),
            _("New course"),
            "/admin/courses/new",
            found["course"],
        ),
        FirstStep(
            "lead",
            _("Bring your leads in"),
            _("CSV, TSV or Excel, from Meta, Google Forms or your own list."),
            _("Import leads"),
            "/admin/imports/new",
            found["lead"],
        ),
        FirstStep(
            "email",
            _("Send yourself a test e-mail"),
            _test_text(found["test"]),
            _("Send a test e-mail"),
            "",
            found["email"],
        ),
        FirstStep(
            "application",
            _("Get your first application"),
            _("Send your leads an e-mail, or share the link of a course."),
            _("Write to leads"),
            "/admin/leads",
            found["application"],
        ),
    ]
    return FirstSteps(steps, not found["lead"] and not found["application"], bool(found["demo"]))


def _test_text(state: str | None) -> str:
    if state in ("pending", "sending", "retry", "sent"):
        return _("It is on its way to you. This is ticked as soon as it has arrived.")
    if state in ("failed", "unknown"):
        return _("The last one did not arrive. See Deliveries for the reason, then try again.")
    return _("It goes to your own address and shows that e-mail leaves and arrives.")
