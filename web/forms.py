"""Forms: what was typed is checked by a pydantic model; what is wrong goes beside its field, and nothing typed is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

from litestar import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from domain.errors import DomainError, InvalidInput, TooMany
from domain.language import _, number

Model = TypeVar("Model", bound=BaseModel)


class FormModel(BaseModel):
    """Base of every form: spaces around are dropped, unknown fields are ignored."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")


@dataclass
class Form(Generic[Model]):
    """What was typed, and what is wrong with it. Templates read ``form.values`` and ``form.errors``."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    data: Model | None = None


class FormRefused(Exception):
    """Typed values are wrong: the page is shown again with them, and the transaction is rolled back."""

    def __init__(self, template: str, form: Form[Any], context: Mapping[str, Any], retry_after: int = 0) -> None:
        self.template = template
        self.form = form
        self.context = dict(context)
        self.retry_after = retry_after


async def read_form(
    request: Request[Any, Any, Any], model: type[Model], template: str, **context: Any
) -> tuple[Model, Form[Model]]:
    """Return the checked values and the form; raise FormRefused, which shows ``template`` again, when they are wrong."""
    typed = await typed_values(request)
    try:
        data = model.model_validate(typed)
    except ValidationError as error:
        raise FormRefused(template, Form(typed, _messages(error)), context) from None
    return data, Form(typed, data=data)


def refuse(template: str, form: Form[Any], error: DomainError, **context: Any) -> FormRefused:
    """Return what to raise when the domain refuses what was typed: its words, beside the field if it names one."""
    errors = error.fields if isinstance(error, InvalidInput) else {"": str(error)}
    retry_after = error.retry_after if isinstance(error, TooMany) else 0
    return FormRefused(template, Form(form.values, errors), context, retry_after)


async def typed_values(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Return the typed texts by field; a field sent several times is a list. Files and our own fields are left out."""
    form = await request.form()
    values: dict[str, Any] = {}
    for name in form:
        if name.startswith("_"):
            continue
        # No keyboard types a null byte, and Postgres cannot take one.
        sent = [value.replace("\0", "") for value in form.getall(name) if isinstance(value, str)]
        if sent:
            values[name] = sent[0] if len(sent) == 1 else sent
    return values


def _messages(error: ValidationError) -> dict[str, str]:
    messages: dict[str, str] = {}
    for problem in error.errors():
        name = str(problem["loc"][0]) if problem["loc"] else ""
        messages.setdefault(name, message_of(problem))
    return messages


def message_of(problem: Any) -> str:
    """Return what pydantic found wrong with one value, in our words."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "missing" or (kind in ("string_too_short", "too_short") and context.get("min_length") == 1):
        return _("Please fill this in.")
    if kind in ("string_too_short", "too_short"):
        return _("At least {count} characters, please.", count=context["min_length"])
    if kind in ("string_too_long", "too_long"):
        return _("At most {count} characters, please.", count=context["max_length"])
    if kind == "extra_forbidden":
        return _("There is no such field.")
    if kind in ("literal_error", "enum", "uuid_parsing", "bool_parsing"):
        return _("Please choose one of the options.")
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        (bound,) = (value for name, value in context.items() if name in ("ge", "le", "gt", "lt"))
        return _out_of_range(kind, number(bound) if isinstance(bound, int) else str(bound))
    if kind.startswith(("int", "decimal")):
        return _("Please write a number.")
    if kind.startswith("date"):
        return _("Please write a date.")
    if kind.startswith("time_"):
        return _("Please write a time, as 19:30.")
    return _("This does not look right. Please check it.")


def _out_of_range(kind: str, bound: str) -> str:
    return {
        "greater_than_equal": _("At least {bound}, please.", bound=bound),
        "less_than_equal": _("At most {bound}, please.", bound=bound),
        "greater_than": _("More than {bound}, please.", bound=bound),
        "less_than": _("Less than {bound}, please.", bound=bound),
    }[kind]


def _whole(typed: Any) -> Any:
    """Read a whole number; what is none reads as one that is out of every range."""
    text = typed.replace(",", "").strip() if isinstance(typed, str) else typed
    try:
        return int(text)
    except (TypeError, ValueError):
        return -1


# A number whose range the domain knows and tells together with what else is wrong.
Whole = Annotated[int, BeforeValidator(_whole)]
