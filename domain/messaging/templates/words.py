"""Variables that many texts share."""

from domain.messaging.templates.text import Variable

FIRST_NAME = Variable("first_name", "their first name, or “there” where we do not know it", "Asha")
SUBJECT_NAME = Variable(
    "subject_name", "for the subject: their first name and a comma, or nothing where we do not know it", "Asha, "
)
BUSINESS = Variable("business_name", "the name of your business", "Gurudesk")
COURSE = Variable("course_title", "the course", "Data Analytics")
SUMMARY = Variable("course_summary", "the short text about the course", "Live online classes on two evenings a week.")
BATCH = Variable("batch_name", "their batch", "Batch 7")


def url(name: str, description: str, sample: str, *, is_required: bool = False) -> Variable:
    """Return a variable that holds an address; ``sample`` is a path of ours."""
    return Variable(name, description, sample, is_required=is_required)


SIGN_IN_URL = url("sign_in_url", "the page to sign in", "/sign-in")
PASSWORD_URL = url("forgot_password_url", "where they get a new password", "/forgot-password")
