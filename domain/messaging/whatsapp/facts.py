"""What is typed about a WhatsApp template."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.work import Row


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """What is typed about a template. ``buttons`` are (kind, text) with kind link or reply; the price is in paise."""

    campaign: str
    title: str
    category: str
    body: str
    language: str = "en"
    footer: str = ""
    labels: Sequence[str] = ()
    media: str = ""
    buttons: Sequence[tuple[str, str]] = ()
    price_paise: Decimal = Decimal(0)

    def values(self) -> dict[str, Any]:
        return {
            "campaign": self.campaign,
            "title": self.title,
            "category": self.category,
            "language": self.language,
            "body": self.body,
            "footer": self.footer,
            "labels": list(self.labels),
            "media": self.media,
            "buttons": {"buttons": [{"kind": kind, "text": text} for kind, text in self.buttons]},
            "price": self.price_paise,
        }


def facts_of(row: Row) -> TemplateFacts:
    """Return what stands in a row of a template or of one of its versions."""
    return TemplateFacts(
        campaign=row.campaign,
        title=row.title,
        category=row.category,
        body=row.body,
        language=row.language,
        footer=row.footer,
        labels=tuple(row.param_labels),
        media=row.media,
        buttons=tuple((one["kind"], one["text"]) for one in row.buttons),
        price_paise=row.price_paise,
    )
