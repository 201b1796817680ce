"""The sandbox with the limits that Zoom sets: `python -m bench.limited_sandbox`, for measuring how we keep to them."""

from litestar import Litestar

from adapters.sandbox.app import create_app as create_sandbox
from adapters.sandbox.zoom import Options
from adapters.sandbox.zoom.limits import RateLimits
from adapters.serving import serve
from adapters.settings import Settings


def create_app(settings: Settings) -> Litestar:
    return create_sandbox(settings, zoom=Options(limits=RateLimits()))


if __name__ == "__main__":
    settings = Settings()  # type: ignore[call-arg]
    serve("bench.limited_sandbox", settings, "127.0.0.1", settings.sandbox_port, "GURUDESK_SANDBOX_PORT")
