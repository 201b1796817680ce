"""Our reference in the addresses we hand to Instamojo: it has no field for one, but gives the addresses back."""

from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

PARAMETER = "reference"


def with_reference(url: str, reference: str) -> str:
    """Return the address with our reference in its query; an empty one stays empty."""
    if not url:
        return ""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode({PARAMETER: reference})) if part)
    return urlunsplit(parts._replace(query=query))


def reference_in(url: object) -> str:
    """Return the reference that an address carries, or nothing."""
    try:
        query = urlsplit(url).query if isinstance(url, str) else ""
    except ValueError:
        return ""
    return parse_qs(query).get(PARAMETER, [""])[-1]
