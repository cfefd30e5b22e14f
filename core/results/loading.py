"""What there is to load, what a load needs, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.results.calibration import Calibration
from core.results.example import Example
from core.results.health import HealthReport
from core.results.problem import Problem
from core.results.stated_results import StatedResult
from core.results.verdict import ChatTemplate, Selection


@dataclass(frozen=True)
class Requirements:
    """What loading would add to what is in memory now, in bytes, known before any weight is read.

    Attributes:
        parameters: those that would be read; a base that is in memory is shared, and not among them.
        weights: the weights at the dtype they will have.
        peak: what loading takes at its highest.
        free: what may be taken now: free on the device, and within the memory budget.
        stored: the files' size (on disk, or to be fetched); None when not known.
        reclaimable: what comes free as well when pairs that nobody uses are dropped, which a load does by itself.
    """

    device: str
    dtype: str
    parameters: int
    weights: int
    peak: int
    free: int
    stored: int | None = None
    reclaimable: int = 0

    @property
    def available(self) -> int:
        """Bytes that the load may take, after dropping what nobody uses."""
        return self.free + self.reclaimable

    @property
    def fits(self) -> bool:
        """Whether the load will be tried."""
        return self.peak <= self.available


class Availability(StrEnum):
    """Whether a candidate's weights can be read now. `UNFIT`: they are here, and a load would refuse them."""

    READY = "ready"
    ON_HUB = "on the Hub"
    MISSING = "missing"
    UNFIT = "does not fit"


@dataclass(frozen=True)
class AdapterSummary:
    """An adapter as the catalogue offers it.

    `available` says whether its files are here; `problem` why this base would refuse it, as far as files tell;
    `on_hub` that a load fetches it first. `parameters` are all numbers in its files, `max_tokens` how many tokens of a
    text are read with it; None where its files are not here. `stated` is how good it is by its own model card.
    """

    id: str
    title: str
    summary: str
    examples: tuple[Example, ...]
    available: bool
    message: str = ""
    revision: str | None = None
    problem: Problem | None = None
    on_hub: bool = False
    parameters: int | None = None
    max_tokens: int | None = None
    stated: tuple[StatedResult, ...] = ()

    @property
    def state(self) -> Availability:
        """Whether it can be put on its base now."""
        if self.problem is not None:
            return Availability.UNFIT
        if self.available:
            return Availability.READY
        return Availability.ON_HUB if self.on_hub else Availability.MISSING


@dataclass(frozen=True)
class CandidateSummary:
    """A candidate as the catalogue offers it; `parameters` counts what a classifier loads (no LM head).

    `revision` is the branch, tag or commit of a `source` on the Hub; None is its main branch. `problem` says why a load
    of the base alone would be refused, as far as files tell; its adapters have problems of their own. `download` is the
    size in bytes of what a load fetches from the Hub first; None where nothing is to be fetched, or its size not known.
    `stored_bytes` is that of its files here; `max_tokens` how many tokens of a text the base reads without an adapter.
    `stated` is how good the base is with a head of its own, by its model card.
    """

    id: str
    title: str
    role: str
    summary: str
    model_type: str
    mask: str
    source: str
    licence: str
    url: str
    gated: bool
    parameters: int | None
    layers: int | None
    hidden_size: int | None
    max_tokens: int | None
    adapters: tuple[AdapterSummary, ...]
    examples: tuple[Example, ...]
    availability: Availability
    message: str = ""
    revision: str | None = None
    problem: Problem | None = None
    download: int | None = None
    stored_bytes: int | None = None
    stated: tuple[StatedResult, ...] = ()

    def stated_with(self, adapter: str | None) -> tuple[StatedResult, ...]:
        """How good it is with that adapter (None: alone), by the model card that is for it."""
        return self.stated if adapter is None else next((a.stated for a in self.adapters if a.id == adapter), ())

    def problem_with(self, adapter: str | None) -> Problem | None:
        """Why a load of the base with that adapter (None: alone) would be refused; None where nothing is known."""
        return self.problem if adapter is None else next((a.problem for a in self.adapters if a.id == adapter), None)

    def tokens_read(self, adapter: str | None) -> int | None:
        """How many tokens of a text are read with that adapter (None: by the base alone), as far as files tell."""
        own = next((a.max_tokens for a in self.adapters if a.id == adapter), None)
        return own or self.max_tokens


class LoadStage(StrEnum):
    """The stages of a load, in order."""

    QUEUED = "queued"
    FILES = "finding files"
    DOWNLOAD = "downloading"
    MEMORY = "checking memory"
    WEIGHTS = "reading weights"
    ADAPTER = "attaching adapter"
    HEALTH = "checking health"
    READY = "ready"


@dataclass(frozen=True)
class LoadState:
    """Where a load stands; `error` is set when it ended badly (a message for the user)."""

    selection: Selection
    stage: LoadStage
    fraction: float
    detail: str = ""
    error: str = ""
    fix: str = ""

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.stage is LoadStage.READY or bool(self.error)


@dataclass(frozen=True)
class LoadedModel:
    """A candidate-adapter pair that is in memory; `own_bytes` leaves out the base weights it shares.

    `chat_template` is how it reads texts; None where its tokenizer has no template. `dtype` is the type of what is not
    quantised; `quantisation` names the codes of the backbone's linear layers (`nf4`, `int8`, or a library's method),
    `none` where there are none. `untrained_head` says why the head is untrained; empty where pooler and head are
    trained. `calibration`: by what its probabilities are stated, where they are not its own.
    """

    selection: Selection
    device: str
    dtype: str
    parameters: int
    bytes: int
    own_bytes: int
    labels: tuple[str, ...]
    problem_type: str
    pooler: str
    head: str
    mask: str
    max_tokens: int
    load_seconds: float
    health: HealthReport
    chat_template: ChatTemplate | None = None
    quantisation: str = "none"
    untrained_head: str = ""
    calibration: Calibration | None = None

    def answers(self, selection: Selection) -> bool:
        """Whether the pair gives verdicts to this selection of it: its head is trained, or the wish is there."""
        return not self.untrained_head or selection.untrained_head
