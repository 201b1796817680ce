"""Who a request comes from, as the network and the browser tell it."""

from ipaddress import ip_address, ip_network
from typing import Any

from litestar import Request

from domain.accounts.sign_ins import Browser
from web.work import services_of


def browser_of(request: Request[Any, Any, Any]) -> Browser:
    """Return the address and the name of the browser that asks."""
    return Browser(address_of(request), request.headers.get("user-agent", ""))


def address_of(request: Request[Any, Any, Any]) -> str:
    """Return the visitor's network address.

    Behind ``trusted_proxies`` proxies it is that many from the right in X-Forwarded-For: what stands further left was
    written by the visitor and is worth nothing.
    """
    direct = request.client.host if request.client else ""
    proxies = services_of(request).settings.trusted_proxies
    hops = [hop.strip() for hop in ",".join(request.headers.getall("x-forwarded-for", [])).split(",") if hop.strip()]
    return _one_household(hops[-proxies] if proxies and len(hops) >= proxies else direct)


def _one_household(text: str) -> str:
    """Return the address; of IPv6 only the network of 64 bits, all of which is usually one visitor's."""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    return str(ip_network(f"{address}/64", strict=False).network_address) + "/64" if address.version == 6 else text
