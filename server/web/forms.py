"""What callers may send in a body, and nothing else."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.domain.offered import FIRST

_Id = Field(min_length=1, max_length=100)
_Code = Annotated[str, Field(max_length=60, pattern=r"^[\x20-\x7e]*$")]


class AcceptedOption(BaseModel):
    """The one-click page's acceptance: two ids; everything else in the body is left aside."""

    model_config = ConfigDict(extra="ignore", strict=True)

    decision_id: str = _Id
    option_id: str = _Id


class BlockEvent(BaseModel):
    """Something that happened on a block; without leave to measure, how long it took is not even read."""

    model_config = ConfigDict(extra="ignore")

    decision_id: str = _Id
    step: str = Field(default=FIRST, min_length=1, max_length=8, pattern=r"^0d*$")
    kind: Literal["shown", "choice", "declined"]
    option_id: str | None = Field(default=None, max_length=20, pattern=r"^[0-9ad.]*$")
    latency_ms: int | None = Field(default=None, ge=0, le=3_600_000)
    may_measure: bool = False


class PageEvent(BaseModel):
    """Something that happened on the one-click page."""

    model_config = ConfigDict(extra="ignore")

    decision_id: str = _Id
    step: str = Field(default=FIRST, min_length=1, max_length=8, pattern=r"^[0ad]+$")
    kind: Literal["shown", "choice", "accepted", "declined", "outcome", "left"]
    # "unknown": the platform never answered the page, so the item may have been added and paid.
    status: Literal["processed", "partially_processed", "unprocessed", "unknown"] | None = None
    error_codes: tuple[_Code, ...] = Field(default=(), max_length=20)
    option_id: str | None = Field(default=None, min_length=1, max_length=12)
    latency_ms: int | None = Field(default=None, ge=0, le=3_600_000)
