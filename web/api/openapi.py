"""The API's description as OpenAPI 3.1, made by Litestar from the routes and by pydantic from the shapes."""

from collections.abc import Iterator
from typing import Any

from litestar import Litestar, Router
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Server, Tag
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from domain.accounts.scopes import scope_names
from web.api.shapes import Body, Shape

VERSION = "1"
TAGS = {
    "Token": "Whose token it is.",
    "Leads": "Everyone who may become a student.",
    "Imports": "Files of leads.",
    "Campaigns": "E-mails to many leads.",
    "Applications": "Who has applied, and the decision.",
    "Students": "Who is enrolled.",
    "Sessions": "Live classes with their meetings.",
    "Messages": "E-mails, WhatsApp messages and calls to one person.",
    "Broadcasts": "Messages to many: drafted, judged, confirmed, followed.",
    "Payments": "What people are asked for, what came of it, and what was given back.",
    "Deliveries": "What was sent, and what became of it.",
}
DESCRIPTION = """
The same leads, applications, students and messages as on the pages, under the same rules, for other programs.

**Token.** Make one under *API tokens* in your account and send it as `Authorization: Bearer …`. It acts as you, within the
scopes you ticked. Cookies open nothing here.

**Errors** all have one shape: `{"error": {"code", "message", "fields", "reference"}}`.

**Lists** take `page` and `per_page` (at most 100) and answer `items`, `total` and `next`, the address of the next page.

**Limit.** {per_minute} requests a minute for each token. `RateLimit-Remaining` says what is left; past it the answer is 429 with
`Retry-After` in seconds.

**Sending again.** Every POST and PATCH takes an `Idempotency-Key`. The same request with the same key is done once and
answered alike for 24 hours; another request with it is refused with 409.
"""


def describe(router: Router, base_url: str, per_minute: int) -> dict[str, Any]:
    """Return the description of the routes, made of an application that has nothing but them."""
    token = SecurityScheme(
        type="http",
        scheme="bearer",
        bearer_format="gd_…",
        description="Scopes:\n\n" + "\n".join(f"- `{scope}`: {text}" for scope, text in scope_names().items()),
    )
    config = OpenAPIConfig(
        title="Gurudesk API",
        version=VERSION,
        description=DESCRIPTION.strip().replace("{per_minute}", str(per_minute)),
        servers=[Server(url=base_url)],
        components=Components(security_schemes={"token": token}),
        tags=[Tag(name=name, description=text) for name, text in TAGS.items()],
        operation_id_creator=lambda handler, _method, _path: f"{handler.owner.path.strip('/')}.{handler.handler_name}",
    )
    schema: dict[str, Any] = Litestar([router], openapi_config=config).openapi_schema.to_schema()
    # Litestar knows neither the refusal of unknown fields nor every limit; pydantic, which enforces them, does.
    schema["components"]["schemas"] |= _shapes(schema["components"]["schemas"])
    for parameter in _parameters(schema):
        parameter["schema"] = _without_null(parameter["schema"])
    return schema


def _shapes(known: dict[str, Any]) -> dict[str, Any]:
    kinds: dict[str, type[BaseModel]] = {kind.__name__: kind for base in (Shape, Body) for kind in _below(base)}
    models = [
        (kind, "validation" if issubclass(kind, Body) else "serialization")
        for name, kind in sorted(kinds.items())
        if name in known
    ]
    _refs, definitions = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    return dict(definitions["$defs"])


def _below(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _parameters(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in schema["paths"].values():
        for operation in item.values():
            yield from operation.get("parameters", ())


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter that may be left out: in an address, nothing can be null."""
    choices = [one for one in schema.get("oneOf", ()) if one != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "oneOf"}
    if len(choices) == 1:
        rest = {**choices[0], **rest}
    if "enum" in rest:
        rest["enum"] = [value for value in rest["enum"] if value is not None]
    if isinstance(rest.get("type"), list):
        (rest["type"],) = [kind for kind in rest["type"] if kind != "null"]
    return rest
