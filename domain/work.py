"""The unit of work a use case is given: its transaction, who is asking, and what time it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar
from uuid import UUID

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.errors import NotAllowed, NotFound
from domain.language import _

Entity = TypeVar("Entity", bound=SQLModel)
Role = Literal["anonymous", "student", "admin", "super_admin", "system"]


@dataclass(frozen=True, slots=True)
class TokenUse:
    """The personal token that a request came with. ``refusal`` says why it opens nothing; the role is then anonymous."""

    id: UUID | None = None
    name: str = ""
    scopes: frozenset[str] = frozenset()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking. The database sees exactly this, and row security decides by it."""

    role: Role = "anonymous"
    person_id: UUID | None = None
    sign_in_id: UUID | None = None
    name: str = ""
    email: str = ""
    must_change_password: bool = False
    token: TokenUse | None = None

    @property
    def is_admin(self) -> bool:
        return self.role in ("admin", "super_admin")


ANONYMOUS = Identity()
SYSTEM = Identity(role="system", name="Gurudesk")


@dataclass(frozen=True, slots=True)
class Signal:
    """A topic that changed, for admins or, with ``person_id``, for that person alone."""

    topic: str
    person_id: UUID | None = None


class OvertakenByAnother(Exception):
    """Another transaction took a value that must be unique, or stood in the way: this one has left nothing. Try it again."""


class Row(Protocol):
    """A row of plain columns, read by attribute."""

    def __getattr__(self, name: str) -> Any: ...
    def __getitem__(self, index: int) -> Any: ...


class Connection(Protocol):
    """The open transaction, for plain statements with ``%(name)s`` parameters."""

    async def rows(self, sql: str, values: Mapping[str, Any]) -> Sequence[Row]: ...
    async def run(self, sql: str, values: Mapping[str, Any]) -> int: ...


class Work:
    """One transaction. ``now`` is the business time in UTC; signals leave after the commit."""

    def __init__(
        self, connection: Connection, identity: Identity, now: datetime, open_session: Callable[[], AsyncSession]
    ) -> None:
        self.connection = connection
        self.identity = identity
        self.now = now
        self.signals: list[Signal] = []
        self.nudged = False
        self.last_question: tuple[str, Mapping[str, Any]] | None = None
        self.last_answer: Row | None = None
        self._open_session = open_session
        self._session: AsyncSession | None = None

    @property
    def session(self) -> AsyncSession:
        """The session for entities, opened when first asked for: pages that only read plain rows never pay for it."""
        if self._session is None:
            self._session = self._open_session()
        return self._session

    def signal(self, topic: str, person_id: UUID | None = None) -> None:
        """Tell open pages after the commit that ``topic`` changed."""
        signal = Signal(topic, person_id)
        if signal not in self.signals:
            self.signals.append(signal)

    def nudge(self) -> None:
        """Wake the worker after the commit, so that nothing due now waits for its sweep."""
        self.nudged = True

    async def rows(self, sql: str, **values: Any) -> Sequence[Row]:
        """Return the rows of one plain statement: one round trip. Pending entities are flushed first."""
        await self.flush()
        return await self.connection.rows(sql, values)

    async def row(self, sql: str, **values: Any) -> Row | None:
        """Return the first row, or None."""
        rows = await self.rows(sql, **values)
        return rows[0] if rows else None

    async def value(self, sql: str, **values: Any) -> Any:
        """Return the first column of the first row, or None."""
        rows = await self.rows(sql, **values)
        return rows[0][0] if rows else None

    async def run(self, sql: str, **values: Any) -> int:
        """Run one statement and return how many rows it touched. Pending entities are flushed first."""
        await self.flush()
        return await self.connection.run(sql, values)

    def ask_last(self, sql: str, **values: Any) -> None:
        """Ask for one row together with the commit, which saves a round trip: ``last_answer`` after the transaction."""
        self.last_question = (sql, values)

    async def flush(self) -> None:
        """Write pending entities now."""
        if self._session is not None:
            await self._session.flush()

    async def get(self, entity: type[Entity], key: object) -> Entity:
        """Return the entity, or raise NotFound: missing and not visible are the same answer."""
        found = await self.session.get(entity, key)
        if found is None:
            raise NotFound(_("We could not find that. It may have been removed."))
        return found

    def add(self, entity: Entity) -> Entity:
        """Add a new entity; it is written with the next statement or at the commit."""
        self.session.add(entity)
        return entity

    def require_admin(self) -> None:
        """Raise NotAllowed unless an admin or the system asks."""
        if not (self.identity.is_admin or self.identity.role == "system"):
            raise NotAllowed(_("Only admins can do this."))
