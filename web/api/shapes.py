"""What all bodies of the API have in common."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """Base of what is sent to us. An unknown field is refused: a misspelt one must not silently do nothing."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="forbid")


class Shape(BaseModel):
    """Base of what we answer, filled from a row by its names."""

    model_config = ConfigDict(from_attributes=True, extra="ignore")
    # What opens something is at rest in one place: an answer that is kept for a repeated request has null instead.
    unkept: ClassVar[frozenset[str]] = frozenset()


class ErrorDetail(Shape):
    code: Annotated[str, Field(description="What went wrong, for programs.", examples=["invalid"])]
    message: Annotated[str, Field(description="The same, for people.")]
    fields: Annotated[dict[str, str], Field(description="What is wrong with single fields or parameters, by name.")]
    reference: Annotated[str | None, Field(description="Finds an unexpected error in Errors.")]


class ErrorBody(Shape):
    """Every error has this shape."""

    error: ErrorDetail


class Page(Shape):
    """Base of every list."""

    total: Annotated[int, Field(description="How many match.", examples=[1284])]
    total_is_exact: Annotated[
        bool, Field(description="False when there are more than that: counting on would be slow.")
    ]
    page: Annotated[int, Field(examples=[1])]
    per_page: Annotated[int, Field(examples=[20])]
    next: Annotated[str | None, Field(description="The address of the next page, or null on the last.")]
