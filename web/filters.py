"""How values are written for people: moments with their zone, money, numbers. Registered as Jinja filters."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from domain import language
from domain.language import _, ngettext
from domain.payments import money

IST = ZoneInfo("Asia/Kolkata")


def moment(value: datetime | None, zone: str = "Asia/Kolkata", style: str = "full") -> Markup:
    """Write a UTC moment in ``zone`` with the zone's name: 23 Nov 2026, 18:20 IST. ``style``: full, day, time, or class."""
    if value is None:
        return Markup("–")
    local = value.astimezone(ZoneInfo(zone))
    formats = {"full": "%-d %b %Y, %H:%M %Z", "day": "%-d %b %Y", "time": "%H:%M %Z"}
    # A class is looked for by its weekday.
    formats["class"] = f"%a {formats['full']}"
    text = local.strftime(formats[style])
    return Markup('<time datetime="{}" data-style="{}">{}</time>').format(value.isoformat(), style, text)


def ago(value: datetime | None, now: datetime) -> Markup:
    """Write how long before or after ``now`` a moment is; the exact time shows on hover."""
    if value is None:
        return Markup("–")
    exact = value.astimezone(IST).strftime("%-d %b %Y, %H:%M %Z")
    return Markup('<time datetime="{}" title="{}" data-style="ago">{}</time>').format(
        value.isoformat(), exact, _distance(value - now)
    )


def _distance(difference: timedelta) -> str:
    seconds = difference.total_seconds()
    minutes = int(abs(seconds) // 60)
    if minutes < 1:
        return _("just now") if seconds <= 0 else _("in a moment")
    if minutes < 60:
        text = _("{count} min", count=minutes)
    elif minutes < 24 * 60:
        text = _("{count} h", count=minutes // 60)
    else:
        text = ngettext("{count} day", "{count} days", minutes // (24 * 60))
    return _("{time} ago", time=text) if seconds <= 0 else _("in {time}", time=text)


def day(value: date | None) -> str:
    """Write a date: 23 Nov 2026."""
    return value.strftime("%-d %b %Y") if value else "–"


def number(value: float | None) -> str:
    """Write a whole number with Indian grouping: 12,34,567."""
    return "–" if value is None else language.number(int(value))


def rupees(paise: int | None) -> str:
    """Write paise as rupees with lakh grouping; paise are shown only where there are any."""
    return "–" if paise is None else money.rupees(paise)


def price(paise: Decimal | float | None) -> str:
    """Write a small price in paise, which may be a part of one: ₹0.13 or ₹0.8631."""
    if paise is None:
        return "–"
    text = f"{Decimal(str(paise)) / 100:.4f}"
    return "₹" + text[:-2] + text[-2:].rstrip("0")


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f}".removesuffix(".0") + " %"


def duration(seconds: float | None) -> str:
    """Write how long something took: 48 s, 2 min 5 s."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    return _("{minutes} min {seconds} s", minutes=minutes, seconds=rest) if minutes else _("{seconds} s", seconds=rest)


def clock(seconds: float | None) -> str:
    """Write a place in a film, or its length: 4:05, 1:32:05."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def filesize(size: int | None) -> str:
    """Write bytes as people do: 640 KB, 1.4 GB."""
    if size is None:
        return "–"
    for power, unit in ((3, "GB"), (2, "MB")):
        if size >= 1024**power:
            return f"{size / 1024**power:.1f}".removesuffix(".0") + f" {unit}"
    return f"{max(round(size / 1024), 1)} KB"


def nl2br(text: str) -> Markup:
    """Keep the line breaks a person typed; everything else is escaped."""
    return Markup("<br>").join(escape(line) for line in text.splitlines())


def code(text: str) -> Markup:
    """Show what stands in `backticks` as code; everything is escaped."""
    parts = (
        escape(part) if at % 2 == 0 else Markup("<code>{}</code>").format(part)
        for at, part in enumerate(text.split("`"))
    )
    return Markup("").join(parts)


FILTERS = {
    "code": code,
    "moment": moment,
    "day": day,
    "ago": ago,
    "number": number,
    "rupees": rupees,
    "percent": percent,
    "price": price,
    "duration": duration,
    "clock": clock,
    "filesize": filesize,
    "nl2br": nl2br,
}
