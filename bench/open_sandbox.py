"""The sandbox without the limits providers set: `python -m bench.open_sandbox`, for measuring how fast adapters are."""

from litestar import Litestar

from adapters.sandbox.app import create_app as create_sandbox
from adapters.sandbox.bolna import Access
from adapters.sandbox.sendgrid.access import RateLimit
from adapters.sandbox.zoom import Options
from adapters.sandbox.zoom.limits import RateLimits
from adapters.serving import serve
from adapters.settings import Settings

ANY = 10**9


def create_app(settings: Settings) -> Litestar:
    return create_sandbox(
        settings,
        rate_limit=RateLimit(mail_send=ANY, others=ANY),
        bolna=Access(calls=ANY, others=ANY),
        zoom=Options(limits=RateLimits.none()),
    )


if __name__ == "__main__":
    settings = Settings()  # type: ignore[call-arg]
    serve("bench.open_sandbox", settings, "127.0.0.1", settings.sandbox_port, "GURUDESK_SANDBOX_PORT")
