"""Where Redis is, from the settings."""

from urllib.parse import quote

from adapters.embedded.places import places
from adapters.settings import Settings


def redis_url(settings: Settings) -> str:
    """Return the address of Redis for redis-py: the one in the settings, else the embedded server's socket."""
    if settings.redis_url:
        return settings.redis_url.get_secret_value()
    return f"unix://{quote(str(places(settings.data_dir).redis_socket))}?db=0"
