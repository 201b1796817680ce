"""The account's templates and campaigns. A campaign fixes a template and can be sent while it is live."""

import re
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import msgspec

from adapters.sandbox.aisensy.seeds import CAMPAIGNS, HOST, STATUSES, TEMPLATES
from adapters.sandbox.database import SandboxDatabase

_VARIABLE = re.compile(r"\{\{(\d+)\}\}")
_ADD_TEMPLATE = """
insert into aisensy_templates (name, id, language, category, status, components)
values (%(name)s, %(id)s, %(language)s, %(category)s, %(status)s, %(components)s) on conflict do nothing
"""
_ADD_CAMPAIGN = """
insert into aisensy_campaigns (name, id, template_name, is_live, created_at)
values (%(name)s, %(id)s, %(template)s, %(is_live)s, app_now()) on conflict do nothing
"""
_CAMPAIGN = """
select c.name, c.id, c.is_live, t.name as template_name, t.id as template_id, t.language, t.category, t.status, t.components
from aisensy_campaigns c join aisensy_templates t on t.name = c.template_name
"""


@dataclass(frozen=True, slots=True)
class Template:
    """A message template. ``components`` are in Meta's form."""

    id: str
    name: str
    language: str
    category: str
    status: str
    components: list[dict[str, Any]]

    def part(self, kind: str) -> dict[str, Any]:
        """Return the component of this type, or an empty one."""
        return next((one for one in self.components if one.get("type") == kind), {})

    @property
    def body(self) -> str:
        return str(self.part("BODY").get("text", ""))

    @property
    def buttons(self) -> list[dict[str, Any]]:
        buttons: list[dict[str, Any]] = self.part("BUTTONS").get("buttons", [])
        return buttons

    @property
    def media(self) -> str:
        """The kind of file the header wants: image, video, document, or none."""
        kind = str(self.part("HEADER").get("format", "TEXT")).lower()
        return kind if kind in ("image", "video", "document") else ""

    @property
    def parameters(self) -> int:
        return max((int(found) for found in _VARIABLE.findall(self.body)), default=0)

    @property
    def link_indexes(self) -> list[int]:
        """The places of the buttons whose address has a variable end."""
        return [
            index
            for index, button in enumerate(self.buttons)
            if button.get("type") == "URL" and _VARIABLE.search(str(button.get("url", "")))
        ]


@dataclass(frozen=True, slots=True)
class Campaign:
    id: str
    name: str
    is_live: bool
    template: Template


def filled(text: str, params: list[str]) -> str:
    """Return the text with its numbered variables replaced; those without a value stay."""

    def value(found: re.Match[str]) -> str:
        index = int(found[1]) - 1
        return params[index] if 0 <= index < len(params) else found[0]

    return _VARIABLE.sub(value, text)


class Catalogue:
    """Reads and changes templates and campaigns; what the account starts with is added when something is missed."""

    def __init__(self, database: SandboxDatabase, product_url: str) -> None:
        self._database = database
        self._product_url = product_url
        self._is_seeded = False

    async def campaign(self, name: str) -> Campaign | None:
        row = await self._find(name)
        if row is None and not self._is_seeded:
            await self._seed()
            row = await self._find(name)
        return self._campaign(row) if row else None

    async def campaigns(self) -> list[Campaign]:
        await self._seed()
        return [self._campaign(row) for row in await self._database.rows(f"{_CAMPAIGN} order by c.created_at, c.name")]

    async def templates(self) -> list[Template]:
        await self._seed()
        return [
            self._template(row) for row in await self._database.rows("select * from aisensy_templates order by name")
        ]

    async def add_template(
        self, name: str, language: str, category: str, components: list[dict[str, Any]]
    ) -> str | None:
        """Add a template, approved at once; return its id, or None where the name is taken."""
        await self._seed()
        return await self._add(name, language, category, "APPROVED", components)

    async def remove_template(self, name: str) -> bool:
        await self._seed()
        return bool(await self._database.run("delete from aisensy_templates where name = %(name)s", name=name))

    async def add_campaign(self, name: str, template: str, *, is_live: bool = True) -> str | None:
        """Add a campaign of a template there is; return its id, or None where the name is taken."""
        campaign_id = token_hex(12)
        added = await self._database.run(_ADD_CAMPAIGN, name=name, id=campaign_id, template=template, is_live=is_live)
        return campaign_id if added else None

    async def set_live(self, name: str, is_live: bool) -> None:
        statement = "update aisensy_campaigns set is_live = %(is_live)s where name = %(name)s"
        await self._database.run(statement, name=name, is_live=is_live)

    async def _seed(self) -> None:
        if self._is_seeded:
            return
        for name, (category, components) in TEMPLATES.items():
            await self._add(name, "en", category, STATUSES.get(name, "APPROVED"), components)
        for name, (template, is_live) in CAMPAIGNS.items():
            await self.add_campaign(name, template, is_live=is_live)
        self._is_seeded = True

    async def _add(
        self, name: str, language: str, category: str, status: str, components: list[dict[str, Any]]
    ) -> str | None:
        template_id = token_hex(12)
        added = await self._database.run(
            _ADD_TEMPLATE,
            name=name,
            id=template_id,
            language=language,
            category=category,
            status=status,
            components=msgspec.json.encode(components).decode(),
        )
        return template_id if added else None

    async def _find(self, name: str) -> Any:
        return await self._database.row(f"{_CAMPAIGN} where c.name = %(name)s", name=name)

    def _campaign(self, row: Any) -> Campaign:
        template = Template(
            row.template_id, row.template_name, row.language, row.category, row.status, self._components(row)
        )
        return Campaign(row.id, row.name, row.is_live, template)

    def _template(self, row: Any) -> Template:
        return Template(row.id, row.name, row.language, row.category, row.status, self._components(row))

    def _components(self, row: Any) -> list[dict[str, Any]]:
        text = msgspec.json.encode(row.components).decode().replace(HOST, self._product_url)
        components: list[dict[str, Any]] = msgspec.json.decode(text)
        return components
