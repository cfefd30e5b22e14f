"""Everything about one prediction that a report holds, and where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.results.adapter_effect import Ablation, AtScale, ScaleCurve
from core.results.attention import AttentionRollout
from core.results.attention_mask import MaskEffect
from core.results.attributions import Attributions
from core.results.contributions import Contributions, Deletions
from core.results.depth import Lens
from core.results.loading import LoadedModel
from core.results.pooling import PoolerVerdict, Pooling
from core.results.position_parts import PositionParts
from core.results.text_units import Reading
from core.results.two_texts import MinimalFlip, TwoTexts


@dataclass(frozen=True)
class WeightFile:
    """A file of weights, recognised by `digest`.

    Attributes:
        part: "base" or "adapter".
        method: "SHA-256", of the whole file; for bases too large to be read through, "fingerprint": SHA-256 of up
            to 256 of the base's numbers, the same for all of its files.
    """

    part: str
    name: str
    bytes: int
    method: str
    digest: str


@dataclass(frozen=True)
class Origin:
    """What was asked, and how it was computed.

    Attributes:
        made: date and time, ISO 8601 in UTC.
        base: the base model's name; of a local folder its last part only.
        versions, settings: name to value, in the order to be shown.
    """

    made: str
    model: LoadedModel
    base: str
    files: tuple[WeightFile, ...]
    versions: Mapping[str, str]
    settings: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Report:
    """One text explained. What takes long is in it when somebody has looked at it before, else None.

    Attributes:
        label: the class that it speaks of. runner_up: the next best other class; None where there is one class.
        contributions: to the log-odds of that class, of a regression the output. lead: to that over the runner-up.
        lens: None with the reason in `no_lens`.
        adapter: at scale 0 and 1 of its update; None without one that can be scaled.
    """

    origin: Origin
    reading: Reading
    label: str
    runner_up: str | None
    contributions: Contributions
    lead: Contributions | None
    deletions: Deletions
    position_parts: PositionParts
    pooling: Pooling
    poolers: tuple[PoolerVerdict, ...]
    lens: Lens | None
    no_lens: str
    adapter: tuple[AtScale, AtScale] | None = None
    curve: ScaleCurve | None = None
    ablation: Ablation | None = None
    masks: MaskEffect | None = None
    rollout: AttentionRollout | None = None
    attributions: Attributions | None = None
    flip: MinimalFlip | None = None
    two_texts: TwoTexts | None = None
