"""Every route of the application, as the route table has it, with an address that can be asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from litestar import Litestar

SAMPLES = {"UUID": "00000000-0000-0000-0000-0000000000ff", "str": "sample", "int": "1", "Path": "sample"}


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """One method of one address, and for whom it is."""

    method: str
    path: str
    template: str
    audience: str
    is_page: bool
    scope: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


def route_table(app: Litestar) -> Iterator[RouteEntry]:
    """Yield what the router would serve. OPTIONS is answered by the framework with the allowed methods alone."""
    for route in app.routes:
        for handler in route.route_handlers:
            for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                path = "/" + "/".join(_sample(part) for part in route.path_components)
                audience = handler.opt.get("audience", "")
                is_page, scope = not handler.opt.get("no_shell"), handler.opt.get("scope", "")
                yield RouteEntry(method, path, route.path_format, audience, is_page, scope)


def _sample(part: object) -> str:
    return part if isinstance(part, str) else SAMPLES[part.type.__name__]
