"""Composing: turns claimed deliveries into one e-mail. Secrets are made here, at the last moment, and kept only as hashes.

What can be written anew in the product is read as it stands now; the rest are files in templates/email/. E-mails of one group
are rendered once, with marks where their recipients differ; the provider puts each one's values in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from domain.accounts.one_time_links import create_link
from domain.accounts.passwords import issue_temporary_password
from domain.automation.late import late_values
from domain.automation.running import Ports
from domain.broadcasts.broadcast import Message, find_broadcast
from domain.broadcasts.content import marked
from domain.errors import NotFound
from domain.leads.tracking import tracking_token
from domain.messaging.marks import mark, substitutions
from domain.messaging.reply_address import common_reply_address, reply_address
from domain.messaging.templates.reading import read_common
from domain.messaging.templates.rendering import render_text
from domain.messaging.templates.text import TemplateText
from domain.messaging.templates.trying import tried_text
from domain.messaging.templates.values import values_of
from domain.messaging.unsubscribe_links import unsubscribe_token
from domain.messaging.variables import used_in
from domain.payments.links import pay_path
from domain.ports import Attachment, Email, Recipient, RenderedEmail
from domain.sessions.automations import REMINDERS
from domain.sessions.letters import LETTERS, reminder_file, write_letter, write_welcome
from domain.work import Row, Work

LOG = """
insert into email_logs (delivery_id, person_id, to_email, from_email, subject, created_at, updated_at)
select d.id, d.person_id, d.to_address, %(sender)s, s.subject, %(now)s, %(now)s
  from unnest(%(ids)s::uuid[], %(subjects)s::text[]) as s (id, subject) join deliveries d on d.id = s.id
on conflict (delivery_id) do update set to_email = excluded.to_email, subject = excluded.subject, state = 'sending',
   rank = 0, reason = '', updated_at = excluded.updated_at
"""
PAYMENT_LETTERS = ("payment_link", "payment_received")
LINK_HOURS = {"set_password": 2, "verify_admin_request": 48}


class CannotCompose(Exception):
    """What was planned cannot be made, now or later; the message says why, to an admin."""


class Composer:
    """Makes e-mails out of deliveries."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports

    async def compose(self, work: Work, send_id: UUID, rows: Sequence[Row]) -> Email:
        """Return one e-mail for deliveries of one group.

        Raises CannotCompose when their template or subject is gone, Outdated when they are not true any more.
        """
        business, text = await read_common(work, rows[0].template)
        common = {"business_name": business, "base_url": self.ports.base_url}
        if rows[0].broadcast_id:
            return await self._broadcast(work, send_id, rows, common)
        if rows[0].rule_key and text is None:
            raise CannotCompose(f"There is no text “{rows[0].template}” any more.")
        is_own = rows[0].kind in PAYMENT_LETTERS  # each is made for one payment, whoever asks for it
        if text and not is_own and (rows[0].rule_key or rows[0].marketing or len(rows) > 1):
            email = self._group(send_id, rows, text, common)
            return replace(email, attachments=await self._files(work, rows, business))
        (row,) = rows
        return await self._single(work, send_id, row, text, common)

    async def _single(
        self, work: Work, send_id: UUID, row: Row, text: TemplateText | None, common: Mapping[str, str]
    ) -> Email:
        values = {**common, **row.params, "recipient_name": row.to_name, **await self._secrets(work, row)}
        attachments: Sequence[Attachment] = ()
        if row.kind in LETTERS:
            letter = await write_letter(work, row, self.ports, common["business_name"])
            values, attachments = {**values, **letter.values}, letter.attachments
        elif row.params.get("classes_of"):
            letter = await write_welcome(work, row, self.ports)
            values, attachments = {**values, **letter.values}, letter.attachments
        text = text or tried_text(row.template, row.params)
        rendered = self._written(text, self._values(text, values)) if text else self._rendered(row.template, values)
        recipients = [Recipient(row.id, row.to_address, row.to_name)]
        return replace(self._email(send_id, recipients, rendered, row.kind, common), attachments=attachments)

    def _group(self, send_id: UUID, rows: Sequence[Row], text: TemplateText, common: Mapping[str, str]) -> Email:
        """Return one e-mail for all. What is the same for each is written into it; marks stand for the rest."""
        own = [self._values(text, self._own_values(row)) for row in rows]
        used = (*used_in(text.subject, text.body), "unsubscribe_url")
        differing = [name for name in used if len({one.get(name, "") for one in own}) > 1]
        rendered = self._written(text, {**common, **own[0]}, differing)
        recipients = [
            Recipient(
                row.id,
                row.to_address,
                row.to_name,
                substitutions({name: values.get(name, "") for name in differing}),
                headers=_headers(values) if row.marketing else {},
            )
            for row, values in zip(rows, own, strict=True)
        ]
        return self._email(send_id, recipients, rendered, rows[0].kind, common)

    async def _files(self, work: Work, rows: Sequence[Row], business: str) -> Sequence[Attachment]:
        if rows[0].rule_key not in REMINDERS:
            return ()
        (row,) = rows  # the rule is personal: a file names whom it invites
        return [await reminder_file(work, row, self.ports, business)]

    async def _broadcast(self, work: Work, send_id: UUID, rows: Sequence[Row], common: Mapping[str, str]) -> Email:
        try:
            message = (await find_broadcast(work, rows[0].broadcast_id)).message
        except NotFound as error:
            raise CannotCompose(str(error)) from error
        rendered = self._rendered_broadcast(message, common, is_marketing=rows[0].marketing)
        recipients = [self._recipient(row) for row in rows]
        return self._email(send_id, recipients, rendered, rows[0].kind, common)

    def _rendered_broadcast(self, message: Message, common: Mapping[str, str], *, is_marketing: bool) -> RenderedEmail:
        def rendered(form: str) -> RenderedEmail:
            unsubscribe = mark("unsubscribe_url", form) if is_marketing else ""
            return self._rendered("broadcast", {**common, **marked(message, form), "unsubscribe_url": unsubscribe})

        plain = rendered("text")
        return RenderedEmail(plain.subject, plain.text, rendered("html").html)

    def _recipient(self, row: Row) -> Recipient:
        """Return one recipient of a broadcast; what is marketing can be unsubscribed from."""
        own = {name: str(value) for name, value in row.params.items()}
        if not row.marketing:
            return Recipient(row.id, row.to_address, row.to_name, substitutions(own))
        own["unsubscribe_url"] = self._unsubscribe_url(row)
        return Recipient(row.id, row.to_address, row.to_name, substitutions(own), headers=_headers(own))

    def _unsubscribe_url(self, row: Row) -> str:
        return f"{self.ports.base_url}/unsubscribe/{unsubscribe_token(self.ports.secret, row.id, row.to_address)}"

    def _own_values(self, row: Row) -> dict[str, object]:
        """Return what differs between the recipients of a group: theirs alone are the links."""
        values = {"recipient_name": row.to_name, **row.params}
        if row.rule_key:
            values |= late_values(row, self.ports)
        elif path := row.params.get("apply_path"):
            values["apply_url"] = f"{self.ports.base_url}{path}?t={tracking_token(self.ports.secret, row.id)}"
        if row.marketing:
            values["unsubscribe_url"] = self._unsubscribe_url(row)
        return values

    def _values(self, text: TemplateText, given: Mapping[str, object]) -> dict[str, str]:
        try:
            return values_of(text.key, given, self.ports.base_url)
        except (KeyError, ValueError) as error:
            raise CannotCompose(f"The template “{text.title}” could not be filled: {error}") from error

    def _written(self, text: TemplateText, values: Mapping[str, str], marked: Sequence[str] = ()) -> RenderedEmail:
        try:
            return render_text(self.ports.renderer, text, values, marked)
        except Exception as error:
            raise CannotCompose(f"The template “{text.title}” could not be filled: {error}") from error

    def _rendered(self, template: str, values: Mapping[str, object]) -> RenderedEmail:
        try:
            return self.ports.renderer.email(template, values)
        except Exception as error:
            raise CannotCompose(f"The template “{template}” could not be filled: {error}") from error

    async def _secrets(self, work: Work, row: Row) -> dict[str, str]:
        if row.kind == "welcome":
            if row.person_id is None:
                raise CannotCompose("The student has been removed.")
            try:
                return {"temporary_password": await issue_temporary_password(work, row.person_id, self.ports.hasher)}
            except NotFound as error:
                raise CannotCompose(str(error)) from error
        if row.kind in LINK_HOURS:
            hours = int(row.params.get("hours", LINK_HOURS[row.kind]))
            token = await create_link(work, row.kind, row.subject_id, hours)
            path = {"set_password": "/set-password/", "verify_admin_request": "/admin-access/verify/"}[row.kind]
            return {"link": f"{self.ports.base_url}{path}{token}", "hours": str(hours)}
        if row.kind in PAYMENT_LETTERS:
            link = f"{self.ports.base_url}{pay_path(self.ports.secret, row.subject_id)}"
            return {
                "link": link,
                "pay_url": link,
                "receipt_link": f"{link}/receipts/{row.params.get('receipt_id', '')}",
            }
        return {}

    def _email(
        self, send_id: UUID, recipients: list[Recipient], rendered: RenderedEmail, kind: str, common: Mapping[str, str]
    ) -> Email:
        return Email(
            send_id=send_id,
            recipients=recipients,
            sender=self.ports.mail_from,
            sender_name=common["business_name"],
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            reply_to=self._reply_to(recipients),
            categories=[kind],
        )

    def _reply_to(self, recipients: Sequence[Recipient]) -> str | None:
        # The provider has one Reply-To for all copies of an e-mail, so only a single one can name its delivery.
        if not (domain := self.ports.reply_domain):
            return None
        if len(recipients) > 1:
            return common_reply_address(domain)
        return reply_address(self.ports.secret, domain, recipients[0].delivery_id)


def _headers(own: Mapping[str, str]) -> dict[str, str]:
    # RFC 8058: mail programs show a button that posts here, without asking the person to sign in.
    return {
        "List-Unsubscribe": f"<{own['unsubscribe_url']}/one-click>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


async def prepare_email(work: Work, composer: Composer, send_id: UUID, rows: Sequence[Row]) -> Email:
    """Compose the e-mail of claimed deliveries of one group and begin their logs. Raises CannotCompose and Outdated."""
    email = await composer.compose(work, send_id, rows)
    subjects = [_filled(email.subject, recipient.substitutions) for recipient in email.recipients]
    ids = [recipient.delivery_id for recipient in email.recipients]
    await work.run(LOG, ids=ids, subjects=subjects, sender=email.sender, now=work.now)
    return email


def _filled(text: str, substitutions: Mapping[str, str]) -> str:
    for key, value in substitutions.items():
        text = text.replace(key, value)
    return text
