"""Every page of the sandbox, taken from its route table, and what has to be there for each to show something."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from string import Formatter
from typing import Any

import httpx

from adapters.provider_settings import SANDBOX_VALUES
from adapters.sandbox.zoom.recording_shape import play_passcode
from adapters.settings import Settings
from tests.fixtures._serving import lent_sandbox
from tests.fixtures.launcher import Launch
from tests.fixtures.services import TEST_SECRET

PHONE = "919812300777"
# What programs ask for, files, parts of pages, and links that lead elsewhere.
NO_PAGES = re.compile(
    r"/(sendgrid|aisensy|bolna|zoom)/.*|/instamojo/api/.*|.*\.json|/health/.*|/static/.*|/click/.*|/bolna-files/.*"
    r"|/mailbox/\{message_id\}/(attachments/.*|html)|/phone/files/.*|/phone/\{number\}/bubbles|.*/media|.*/file|.*\.wav|/clock/face|/rehearsal/face"
)
# Other states of the same pages.
MORE = [
    "/nothing",
    "/mailbox?to=nobody@example.com",
    "/phone/account?done=unanswered",
    "/payments?show=payments",
    "/payments?show=refunds",
    "/payments?show=callbacks",
    "/payments/{paid_request}",
    "/instamojo/@demo/{paid_request}",
    "/instamojo/@demo/{request_id}?method=card",
    "/instamojo/@demo/{request_id}?method=netbanking",
    "/zoom-rooms/{held_meeting}",
    "/zoom-rooms/recordings/{token}?pwd={passcode}",
    "/journal/callback/{callback}",
    "/journal/post/1",
    "/journal?provider=zoom",
]
NAMES = {
    "/phone/{number}/messages/{message_id}": {"message_id": "whatsapp"},
    "/mailbox/{message_id}": {"message_id": "mail"},
    "/journal/{request_id}": {"request_id": "journaled"},
}


def sandbox_pages() -> list[str]:
    """Return the addresses of every page, and of some in another state, with names where something stands for itself."""
    with lent_sandbox(Settings(_env_file=None, secret_key=TEST_SECRET)) as app:
        gets = {
            route.path_format
            for route in app.routes
            for handler in route.route_handlers
            if "GET" in getattr(handler, "http_methods", ())
        }
    pages = {path for path in gets if not NO_PAGES.fullmatch(path)} - {"/journal/{form}/{number}"}
    return [*sorted(pages), *MORE]


@dataclass
class Examples:
    """Makes, once, what the pages show: by the same ways as the product and its people do."""

    demo: Launch
    mail: int
    made: dict[str, str] = field(default_factory=dict)

    def address(self, template: str) -> str:
        renamed = NAMES.get(template, {})
        names = [name for _text, name, _format, _conversion in Formatter().parse(template) if name]
        parts = {name: self._made(renamed.get(name, name)) for name in names}
        return f"http://127.0.0.1:{self.demo.sandbox_port}{template.format(**parts)}"

    def _made(self, name: str) -> str:
        if name not in self.made:
            self.made[name] = str(getattr(self, f"_{name}")())
        return self.made[name]

    @cached_property
    def client(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self.demo.sandbox_port}", trust_env=False, timeout=30)

    def _post(self, path: str, **options: Any) -> httpx.Response:
        answer = self.client.post(path, **options)
        assert answer.status_code < 400, answer.text
        return answer

    def _mail(self) -> int:
        return self.mail

    def _number(self) -> str:
        """A customer's phone with a message of each side, one with a picture."""
        body = {"apiKey": SANDBOX_VALUES["AISENSY_API_KEY"], "campaignName": "class_reminder", "userName": "Asha"}
        body |= {"destination": f"+{PHONE}", "templateParams": ["Asha", "Python", "6 pm"]}
        button = {"type": "button", "sub_type": "url", "index": 0, "parameters": [{"type": "text", "text": "join/1"}]}
        self._post("/aisensy/campaign/t1/api/v2", json=body | {"buttons": [button]})
        self._post("/phone.json", json={"number": PHONE, "text": "Can I pay in two parts?", "name": "Asha"})
        image = {"url": "https://x.test/a.jpg", "mimeType": "image/jpeg", "caption": "My card"}
        self._post("/phone.json", json={"number": PHONE, "type": "IMAGE", "content": image, "name": "Asha"})
        return PHONE

    def _whatsapp(self) -> str:
        self._made("number")
        where = f"phone = '{PHONE}' and sender <> 'USER'"
        return str(
            self.demo.ask(f"select message_id from sandbox.aisensy_messages where {where} order by created_at limit 1")
        )

    def _call_id(self) -> str:
        call = {"agent_id": SANDBOX_VALUES["BOLNA_AGENT_ID"], "recipient_phone_number": f"+{PHONE}"}
        call |= {"user_data": {"name": "Asha", "message": "class moves to 7 pm"}}
        headers = {"Authorization": f"Bearer {SANDBOX_VALUES['BOLNA_API_KEY']}"}
        return str(self._post("/bolna/call", json=call, headers=headers).json()["execution_id"])

    def _request_id(self) -> str:
        return self._asked()

    def _asked(self, **more: str) -> str:
        wanted = {"purpose": "Data Analytics, second part", "amount": "12500.00", "buyer_name": "Asha Rao"} | more
        headers = {
            "X-Api-Key": SANDBOX_VALUES["INSTAMOJO_API_KEY"],
            "X-Auth-Token": SANDBOX_VALUES["INSTAMOJO_AUTH_TOKEN"],
        }
        answer = self._post("/instamojo/api/1.1/payment-requests/", data=wanted, headers=headers)
        return str(answer.json()["payment_request"]["id"])

    def _paid_request(self) -> str:
        request = self._asked(allow_repeated_payments="false")
        payer = {"buyer_name": "Asha Rao", "email": "asha@example.test", "phone": "9845012345"}
        means = {"method": "upi", "upi_id": "asha@upi"}
        self._post(f"/instamojo/@demo/{request}", data={**payer, **means, "outcome": "declined"})
        self._post(f"/instamojo/@demo/{request}", data={**payer, **means, "outcome": "pay"})
        return request

    def _meeting_id(self) -> str:
        """A class that is held just now. Its host holds one at a time."""
        self._made("held_meeting")
        return self._begun_class()

    def _begun_class(self) -> str:
        account = {"grant_type": "account_credentials", "account_id": SANDBOX_VALUES["ZOOM_ACCOUNT_ID"]}
        app = (SANDBOX_VALUES["ZOOM_CLIENT_ID"], SANDBOX_VALUES["ZOOM_CLIENT_SECRET"])
        token = self._post("/zoom/oauth/token", data=account, auth=app).json()["access_token"]
        plan = {"topic": "Python, class 4", "type": 2, "start_time": "2030-01-12T10:30:00Z", "duration": 60}
        plan |= {"settings": {"auto_recording": "cloud", "approval_type": 2, "waiting_room": False}}
        headers = {"Authorization": f"Bearer {token}"}
        meeting = self._post("/zoom/v2/users/me/meetings", json=plan, headers=headers).json()
        room = f"/zoom-rooms/{meeting['id']}"
        started = self._post(f"{room}/start")
        assert "said=" not in started.headers["Location"], "its host is in another meeting"
        self._post(f"{room}/people", data={"name": "Asha Rao", "passcode": meeting.get("password", "")})
        stay = self.demo.ask("select max(id) from sandbox.zoom_stays")
        self._post(f"{room}/chat", data={"stay": str(stay), "line": "Good evening"})
        return str(meeting["id"])

    def _held_meeting(self) -> str:
        """A class that is over, with its recording."""
        meeting = self._begun_class()
        self._post(f"/zoom-rooms/{meeting}/end")
        self._post(f"/zoom-rooms/{meeting}/publication")
        return meeting

    def _token(self) -> str:
        """The link of a recording."""
        held = self._made("held_meeting")
        return str(
            self.demo.ask(
                "select token from sandbox.zoom_recording_files where file_type = 'MP4' and recording_id in ("
                "select r.id from sandbox.zoom_recordings r join sandbox.zoom_instances i on i.uuid = r.uuid"
                f" where i.meeting_id = {held})"
            )
        )

    def _passcode(self) -> str:
        held = "select uuid from sandbox.zoom_instances where ended_at is not null and meeting_id = "
        return play_passcode(str(self.demo.ask(f"{held} {self._made('held_meeting')}")))

    def _journaled(self) -> str:
        self._made("meeting_id")
        return str(self.demo.ask("select max(id) from sandbox.requests where provider = 'zoom'"))

    def _callback(self) -> str:
        self._made("held_meeting")
        return str(self.demo.ask("select max(id) from sandbox.callbacks where provider = 'zoom'"))
