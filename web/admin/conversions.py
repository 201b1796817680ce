"""What came of an import's leads and of a campaign's e-mails, from the e-mail to the money."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from domain.campaigns.progress import find_campaign
from domain.language import _
from domain.leads.conversion import Conversion, find_campaign_conversion, find_import_conversion
from domain.leads.import_listing import find_import
from domain.work import Work
from web.rendering import page_or_fragment

PAGE, FRAGMENT = "admin/conversion/show.html", "admin/conversion/_conversion.html"


class ConversionController(Controller):
    path = ""

    @get("/imports/{import_id:uuid}/conversion")
    async def of_import(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], import_id: FromPath[UUID]
    ) -> Template:
        found = await find_import(work, import_id)
        whose = {
            "note": _("Of the leads in this file, out of all of them, since the import was started."),
            "sent": _("They were sent an e-mail of a campaign or of the lead sequence."),
            "applied": _("They applied since, for any course."),
            "stop": f"/admin/leads/selection?action=unsequence&scope=all&import={import_id}",
        }
        conversion = await find_import_conversion(work, import_id)
        return shown(request, conversion, whose, found.file_name, f"/admin/imports/{import_id}")

    @get("/campaigns/{campaign_id:uuid}/conversion")
    async def of_campaign(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], campaign_id: FromPath[UUID]
    ) -> Template:
        campaign = await find_campaign(work, campaign_id)
        whose = {
            "note": _("Of those this campaign wrote to."),
            "sent": _("They were sent the e-mail."),
            "applied": _("They applied for the course by its link, or after it."),
            "stop": "",
        }
        conversion = await find_campaign_conversion(work, campaign_id)
        return shown(request, conversion, whose, campaign.name, f"/admin/campaigns/{campaign_id}")


def shown(
    request: Request[Any, Any, Any], conversion: Conversion, whose: dict[str, str], title: str, back: str
) -> Template:
    return page_or_fragment(request, PAGE, FRAGMENT, conversion=conversion, whose=whose, title=title, back=back)
