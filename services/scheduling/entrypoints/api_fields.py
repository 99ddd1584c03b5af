"""The kinds of values the JSON API takes: bounded, on one line, numbers as numbers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
ADDRESS = r"^[^@\s<>\"',;\x00-\x1f]+@[^@\s<>\"',;\x00-\x1f]+\.[^@\s<>\"',;\x00-\x1f]+$"

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=ONE_LINE)
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=ONE_LINE)]
LongText = Annotated[str, StringConstraints(max_length=20_000)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=ADDRESS)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=ONE_LINE)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\w-]+$")]
Revision = Annotated[int, Field(strict=True, ge=1)]
Minutes = Annotated[int, Field(strict=True, ge=15, le=1440)]
Hue = Annotated[int, Field(strict=True, ge=0, le=359)]
Flag = Annotated[bool, Field(strict=True)]


class In(BaseModel):
    """A request body: unknown members are refused, numbers are numbers."""

    model_config = ConfigDict(extra="forbid", strict=False, frozen=True)
