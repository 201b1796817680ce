"""The board of problems: what will not mend itself, each row with the button that mends it."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.problems.board import read_board, read_problem
from domain.problems.kinds import PROBLEMS
from domain.problems.mending import mend_problem
from domain.problems.rows import Mend, problem_names
from domain.problems.together import mend_together, words_of
from domain.work import Work
from web.admin.dashboard import worker_age
from web.forms import typed_values
from web.paging import page_number
from web.rendering import go, page_or_fragment, with_query

INDEX = "/admin/problems"


class ProblemController(Controller):
    path = "/problems"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        problem, number = request.query_params.get("problem", ""), page_number(request)
        context: dict[str, Any] = {
            "names": problem_names(),
            "now": work.now,
            "is_mend": lambda one: isinstance(one, Mend),
            "words_of": words_of,
        }
        if problem in PROBLEMS:
            group = await read_problem(work, PROBLEMS[problem], number)
            here = with_query(INDEX, problem=problem, page=number if number > 1 else "")
            context |= {"board": None, "groups": [group], "chosen": problem, "page": number, "here": here}
        else:
            board = await read_board(work, await worker_age(request))
            context |= {"board": board, "groups": board.groups, "chosen": "", "page": 1, "here": INDEX}
        return page_or_fragment(request, "admin/problems/index.html", "admin/problems/_board.html", **context)

    @post("/{problem:str}/together")
    async def mend_cause(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], problem: FromPath[str]
    ) -> Response[Any]:
        typed = {name: str(value) for name, value in (await typed_values(request)).items()}
        count = int(typed["count"]) if typed.get("count", "").isdecimal() and len(typed["count"]) < 6 else 0
        message = await mend_together(work, problem, typed.get("cause", ""), count)
        return go(request, with_query(INDEX, problem=problem if typed.get("list") == problem else ""), message)

    @post("/{problem:str}/{subject_id:uuid}/{act:str}")
    async def mend(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        problem: FromPath[str],
        subject_id: FromPath[UUID],
        act: FromPath[str],
    ) -> Response[Any]:
        chosen = (await typed_values(request)).get("list") == problem
        message = await mend_problem(work, problem, subject_id, act)
        return go(request, with_query(INDEX, problem=problem if chosen else ""), message)
