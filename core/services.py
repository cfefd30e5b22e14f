"""The interface: everything that pages and commands may ask, and nothing else.

Each Protocol takes plain data and gives plain data: no module, tensor, callback, exception or Streamlit object
crosses it, so what stands behind may be this process or another. Importing this file imports no torch. The classes
that answer in this process carry the names of the Protocols (`core.engine.engine.Engine`), some with `Service` behind;
`core.in_process` puts them together. mypy checks the fakes of the tests against these Protocols.

Every method raises `core.errors.AppError` for what a person can mend: files that are not there or cannot be used, an
adapter that does not fit, too little memory, an empty or over-long text. Where its kind matters, the method names it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, Protocol, TypeVar, overload

from core.config.candidate import CandidateConfig
from core.errors import AppError
from core.results import (
    Ablation,
    AdapterOverlap,
    AdapterPair,
    AdapterUpdate,
    Architecture,
    AtScale,
    AttentionCost,
    AttentionMaps,
    AttentionOverview,
    AttentionPart,
    AttentionRollout,
    AttributionCost,
    AttributionOptions,
    Attributions,
    CandidateSummary,
    Capabilities,
    CheckpointDiff,
    ContributionOptions,
    Contributions,
    Costs,
    Deletions,
    DryRun,
    Evaluation,
    Export,
    FlipCost,
    HeadGeometry,
    LabelledTexts,
    Lens,
    LoadedModel,
    LoadState,
    MaskEffect,
    Merge,
    MergeCost,
    MinimalFlip,
    ModelFormat,
    PoolerVerdict,
    Pooling,
    PositionParts,
    Prediction,
    QuantisationEffect,
    Reading,
    Report,
    Requirements,
    ScaleCurve,
    Selection,
    SpectraKind,
    SpectraReport,
    Spectrum,
    TaskState,
    Tuning,
    TwoTexts,
    View,
    WeightReport,
)
from core.results.answered_rows import AnsweredRows
from core.results.calibration_report import CalibrationOptions, CalibrationReport
from core.results.classes import ClassReport
from core.results.corrections import Correction, HeadRefit, ImportedCorrections
from core.results.data_checks import DataChecks
from core.results.dataset import DatasetRequest, DatasetSummary, LabelMatch
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.evaluation import FurtherAnalyses, FurtherReport
from core.results.label_errors import LabelErrorReport
from core.results.label_set_evaluation import LabelSetEvaluation
from core.results.robustness import Replacement, RobustnessReport
from core.results.slices import Slice, SliceReport, TextMatch
from core.results.text_map import Projection, TextMap
from core.results.training_rows import InfluenceReport, TrainingFile, TrainingRows
from core.results.two_models import CommonClasses, TwoModels
from core.results.value_evaluation import ValueEvaluation

T = TypeVar("T")


class Task(Protocol[T]):
    """Long work as a handle. Making one begins nothing; two handles of the same work are the same task."""

    @property
    def id(self) -> str:
        """The same for the same work as long as the process lives."""

    def start(self) -> None:
        """Begin; one that runs or is done is joined, one that failed or was cancelled begins anew."""

    def restart(self) -> None:
        """Begin anew, whatever came out before; one that is under way goes on instead."""

    def state(self, wait: float = 0.0) -> TaskState[T] | None:
        """Where it stands; None when it never began or was forgotten. Waits up to `wait` seconds for its end."""

    def cancel(self) -> None:
        """End it: at once when it waits for a thread, else at its next step."""

    def result(self) -> T:
        """What comes out, after beginning it when needed and waiting for its end.

        Raises:
            AppError: why it failed.
            UnexpectedError: a bug in it.
            CancelledError: somebody stopped it, or the pair that it works on was unloaded.
        """


class Engine(Protocol):
    """Loads, holds and asks candidates."""

    def candidates(self) -> list[CandidateSummary]:
        """What the catalogue offers now."""

    def problems(self) -> list[AppError]:
        """Catalogue files that could not be read."""

    def candidate(self, candidate_id: str) -> CandidateConfig:
        """The config behind an id."""

    def add_candidate(
        self,
        source: str,
        *,
        title: str = "",
        adapter: str = "",
        model_type: str = "",
        pooler_type: str | None = None,
        quantisation: str = "none",
    ) -> CandidateSummary:
        """Add a folder or Hub id, with an adapter, to the user's own catalogue."""

    def add_quantised(self, candidate_id: str, quantisation: str) -> CandidateSummary:
        """Add a candidate once more, with its adapters and its base held in few bits, to the user's own catalogue."""

    def remove_candidate(self, candidate_id: str) -> None:
        """Remove a candidate of the user's own from the catalogue and from memory; its files stay."""

    def resolve(self, candidate: str, adapter: str | None = None) -> Selection:
        """A selection from what a person types: an id, a YAML file, a folder or a Hub id; an adapter id or folder."""

    def quantised(self, selection: Selection, quantisation: str) -> Selection:
        """The same candidate and adapter with its base held otherwise, by a short name (`nf4`, `none` ...)."""

    def requirements(self, selection: Selection, keep: Collection[Selection] = ()) -> Requirements:
        """What loading would add to what is in memory now; nothing is loaded.

        What dropping unused pairs gives back, but for `keep`, counts as available.
        """

    def require_room(self, *selections: Selection) -> None:
        """Refuse what needs more pairs in memory at once than may be there.

        Raises:
            MemoryBudgetError: with both numbers.
        """

    def start_load(self, selection: Selection, *, keep: Collection[Selection] = ()) -> LoadState:
        """Begin a load and return at once; whoever asks for the same pair meanwhile joins it."""

    def stop_load(self, selection: Selection) -> None:
        """End a load where it next looks, for all who follow it; nothing where there is none."""

    def load_state(self, selection: Selection, wait: float = 0.0) -> LoadState | None:
        """Where a load stands, after up to `wait` seconds; None when there is none and the pair is not loaded."""

    def load(self, selection: Selection) -> LoadedModel:
        """Load and wait."""

    def unload(self, selection: Selection) -> None:
        """Drop a pair and give its memory back."""

    def loaded(self) -> list[LoadedModel]:
        """What is in memory, most recently used first."""

    def loaded_model(self, selection: Selection) -> LoadedModel | None:
        """A pair that is in memory, or None."""

    def classify(self, selection: Selection, texts: Sequence[str]) -> list[Prediction]:
        """Predictions in the order of the texts.

        Raises:
            UntrainedHeadError: the pair's head is untrained, and the selection does not ask for it.
        """


class Explainer(Protocol):
    """What is inside one prediction. A pair that is not loaded is loaded first.

    All but `capabilities` raise `UntrainedHeadError` as `Engine.classify` does.
    """

    def capabilities(self, selection: Selection) -> Capabilities:
        """Which of these questions the pair can answer, and why it cannot answer the others."""

    def reading(self, selection: Selection, text: str) -> Reading:
        """The prediction, and the text cut into words and tokens."""

    def pooling(self, selection: Selection, text: str) -> Pooling:
        """How much each token weighed."""

    def poolers(self, selection: Selection, text: str) -> list[PoolerVerdict]:
        """Every pooler on the same hidden states."""

    def contributions(self, selection: Selection, text: str, options: ContributionOptions) -> Contributions:
        """What each input token adds to one output of one class, through the whole network."""

    def deletions(self, selection: Selection, text: str, options: ContributionOptions) -> Deletions:
        """The words with the largest contributions, deleted one at a time."""

    def position_parts(self, selection: Selection, text: str) -> PositionParts:
        """Every class's logit, split over the positions that the pooler reads."""

    def depth(self, selection: Selection, text: str) -> Lens:
        """What would be said after every layer."""

    def head_geometry(self, selection: Selection) -> HeadGeometry:
        """How the class vectors of the head lie to each other."""

    def attribution_cost(self, selection: Selection, text: str, options: AttributionOptions) -> AttributionCost:
        """What `attributions` will take, from one measured batch."""

    def attributions(self, selection: Selection, text: str, options: AttributionOptions) -> Task[Attributions]:
        """All attribution methods for one class, and how faithful they are."""

    def attention_cost(self, selection: Selection, text: str) -> AttentionCost:
        """Memory for attention maps of this text; no more than a few tokens run."""

    @overload
    def attention(self, selection: Selection, text: str, part: Literal["overview"]) -> AttentionOverview: ...
    @overload
    def attention(self, selection: Selection, text: str, part: Literal["rollout"]) -> AttentionRollout: ...
    @overload
    def attention(self, selection: Selection, text: str, part: int) -> AttentionMaps: ...

    def attention_task(self, selection: Selection, text: str, part: AttentionPart) -> Task[bool]:
        """`attention` as long work; its result True means that `attention` answers at once now."""

    def at_scale(self, selection: Selection, text: str, scale: float) -> AtScale:
        """What is said with the adapter's update at this scale: 0 is without it, 1 as trained."""

    def scale_curve(self, selection: Selection, text: str) -> Task[ScaleCurve]:
        """The classes over the scale, and where the verdict flips."""

    def ablation(self, selection: Selection, text: str) -> Task[Ablation]:
        """Which layers and modules of the adapter carry the decision."""

    def attention_mask(self, selection: Selection, text: str) -> MaskEffect:
        """The text read causally and in both directions."""

    def quantisation_effect(self, selection: Selection, text: str) -> Task[QuantisationEffect]:
        """What holding the base in few bits did to the text, against its whole weights."""

    def two_texts(self, selection: Selection, text: str, other: str) -> TwoTexts:
        """What was edited from one text to the other, and what that did to every class."""

    def flip_cost(self, selection: Selection, text: str, budget: int) -> FlipCost:
        """What `minimal_flip` takes at most, from one measured batch."""

    def minimal_flip(self, selection: Selection, text: str, budget: int) -> Task[MinimalFlip]:
        """The fewest words whose removal changes the verdict, in at most `budget` texts."""

    def report(self, selection: Selection, text: str, label: str) -> Report:
        """All that is quick about one class of a text, and of what takes long whatever was computed before."""


class Checkpoints(Protocol):
    """Weights on disk, by path or candidate. Nothing is loaded."""

    def folder(self, selection: Selection, *, adapter: bool) -> str:
        """The folder of a candidate's base, or of the chosen adapter."""

    def statistics(self, source: str) -> Task[WeightReport]:
        """Statistics of every tensor."""

    def default_spectra(self, source: str) -> SpectraKind:
        """Which spectra a person sees first: all singular values where that takes seconds, else the norms."""

    def spectra(self, source: str, kind: SpectraKind) -> Task[SpectraReport]:
        """The spectra of every matrix."""

    def spectrum(self, source: str, tensor: str) -> Task[Spectrum]:
        """All singular values of one tensor."""

    def diff(self, first: str, second: str) -> Task[CheckpointDiff]:
        """Two checkpoints, tensor by tensor."""


class AdapterUpdates(Protocol):
    """What adapters add to their base, from their factors alone. A pair that is not loaded is loaded first."""

    def adapter_update(self, selection: Selection) -> AdapterUpdate:
        """What the adapter adds to each weight."""

    def adapter_overlap(self, selection: Selection) -> Task[AdapterOverlap]:
        """How far the update's directions are those of the base."""

    def two_adapters(self, first: Selection, second: Selection) -> AdapterPair:
        """What two adapters of a candidate add, module by module."""


class Architectures(Protocol):
    """How candidates are put together, loaded or not."""

    def architecture(
        self, selection: Selection, view: View = "classifier", tuning: Tuning = "lora", num_labels: int | None = None
    ) -> Architecture:
        """Modules, totals and the numbers that costs follow from."""

    def costs(
        self,
        selection: Selection,
        tokens: int,
        view: View = "classifier",
        tuning: Tuning = "lora",
        num_labels: int | None = None,
    ) -> Costs:
        """What one text of so many tokens takes."""

    def layer_summary(
        self,
        selection: Selection,
        view: View = "classifier",
        tuning: Tuning = "lora",
        num_labels: int | None = None,
        depth: int = 4,
    ) -> str:
        """torchinfo's summary of the same."""


class DryRuns(Protocol):
    """Is a pair set up right?"""

    def run(self, selection: Selection, texts: tuple[str, ...] = ...) -> Task[DryRun]:
        """Every stage of a dry run, each with its number."""


class Evaluations(Protocol):
    """A candidate on many texts, as long work; while it runs, its stage says how many texts are done.

    Results raise `UntrainedHeadError` as `Engine.classify` does.
    """

    def classify(self, selection: Selection, texts: Sequence[str]) -> Task[tuple[Prediction, ...]]:
        """Predictions in the order of the texts."""

    def evaluate(self, selection: Selection, rows: LabelledTexts) -> Task[Evaluation]:
        """Predictions measured against labels."""

    def further(self, selection: Selection, rows: LabelledTexts, asked: FurtherAnalyses) -> Task[FurtherReport]:
        """Robustness, another pair and the training rows, of what is asked for."""


class Datasets(Protocol):
    """Datasets that people bring, and a pair's answers to them."""

    def add(self, path: str) -> DatasetSummary:
        """Read a file of this machine and keep a copy of its cells."""

    def receive(self, name: str, content: bytes) -> DatasetSummary:
        """The same of a file that a browser sent."""

    def sample(self) -> DatasetSummary:
        """The messages that come with the app."""

    def summary(self, dataset: str) -> DatasetSummary:
        """What is known of one.

        Raises:
            NotFoundError: there is none of this id.
        """

    def cells(self, dataset: str, column: str, rows: Sequence[int]) -> tuple[str, ...]:
        """The cells of a column in these rows, counted from 0."""

    def labels(self, selection: Selection, request: DatasetRequest) -> tuple[LabelMatch, ...]:
        """Every label of the file, the most frequent first, and the class of the loaded pair that it means."""

    def answered(self, selection: Selection, request: DatasetRequest) -> tuple[int, int]:
        """Texts that the loaded pair has answered before, of how many."""

    def evaluate(self, selection: Selection, request: DatasetRequest) -> Task[DatasetEvaluation]:
        """Answer every text and measure the answers; what was answered before is not asked again."""

    def evaluate_label_sets(self, selection: Selection, request: DatasetRequest) -> Task[LabelSetEvaluation]:
        """The same of a pair that gives several labels."""

    def evaluate_values(self, selection: Selection, request: DatasetRequest) -> Task[ValueEvaluation]:
        """The same of a pair that gives values."""

    def classes(self, result: DatasetEvaluation) -> Task[ClassReport]:
        """Every class of an evaluation against all others, and which are taken for one another."""

    def label_errors(self, result: DatasetEvaluation, *, refit: bool) -> Task[LabelErrorReport]:
        """Rows of an evaluation whose label is likely wrong; `refit`: the model was trained on them."""

    def slices(self, result: DatasetEvaluation, least: int) -> Task[SliceReport]:
        """Parts of an evaluation of so many rows or more, and which of them are weaker than chance allows."""

    def matching(self, result: DatasetEvaluation, match: TextMatch) -> Slice:
        """The rows of an evaluation whose texts match.

        Raises:
            InputError: a regular expression that is none, is too long or takes too long.
        """

    def search(self, result: AnsweredRows, match: TextMatch) -> tuple[int, ...]:
        """Places among the answered rows, labelled or not, whose texts match, ascending.

        Raises:
            InputError: as `matching`.
        """

    def text_map(self, result: DatasetEvaluation, projection: Projection) -> Task[TextMap]:
        """The texts of an evaluation as points, those alike to the model close together.

        Raises:
            InputError: vectors that would take too much room.
        """

    def data_checks(self, result: DatasetEvaluation) -> Task[DataChecks]:
        """What about the data of an evaluation may mislead: few rows, duplicates, labels that contradict others."""

    def robustness(self, result: DatasetEvaluation, replacement: Replacement | None = None) -> Task[RobustnessReport]:
        """Which harmless changes of the texts of an evaluation change the answer; or what one replacement does.

        Raises:
            InputError: a replacement of nothing, by nothing or by itself.
        """

    def common_classes(self, first: Selection, second: Selection) -> CommonClasses:
        """How many classes two loaded pairs have in common by name.

        Raises:
            InputError: none; a pair that gives values or several labels.
            UntrainedHeadError: as `Engine.classify`.
        """

    def two_models(self, first: DatasetEvaluation, second: DatasetEvaluation) -> Task[TwoModels]:
        """Two loaded pairs' evaluations of the same rows: which is better, and where they differ."""

    def soft_labels(self, result: DatasetEvaluation) -> bytes:
        """An evaluation's probabilities as a Parquet file for `data.soft_labels_file`: a column a class, a row a text.

        Raises:
            InputError: rows without probabilities.
        """

    def training_file(self, selection: Selection) -> TrainingFile | None:
        """What the pair's model card says it was trained on; None where it says nothing."""

    def training_rows(self, result: DatasetEvaluation, training: DatasetEvaluation) -> Task[TrainingRows]:
        """An evaluation beside that of the training file by the same pair: overlap, shift, nearest rows, classes.

        Raises:
            InputError: so many rows that their pooled vectors are not kept.
        """

    def influence(self, result: DatasetEvaluation, training: DatasetEvaluation, place: int) -> Task[InfluenceReport]:
        """Training rows with the largest influence on the verdict of the evaluation's row at a place.

        Raises:
            InputError: as `training_rows`; a row without a verdict.
        """


class Calibrations(Protocol):
    """Whether a pair's probabilities hold on a dataset that it has answered, and what mends them."""

    def report(
        self, selection: Selection, request: DatasetRequest, options: CalibrationOptions
    ) -> Task[CalibrationReport]:
        """Fitted on one half of the labelled rows, measured on the other."""

    def use(self, selection: Selection, request: DatasetRequest, report: CalibrationReport) -> None:
        """State the pair's probabilities by a report from now on, for everybody; it is written beside the adapter."""

    def stop(self, selection: Selection) -> None:
        """State the model's own probabilities again."""


class Corrections(Protocol):
    """Marks of a dataset's rows: what is to become of each, kept for all who open it."""

    def of(self, dataset: str) -> tuple[Correction, ...]:
        """All marks, by row."""

    def mark(self, dataset: str, corrections: Sequence[Correction]) -> None:
        """Mark rows, all or none; a row's earlier mark is replaced."""

    def clear(self, dataset: str, rows: Sequence[int] | None = None) -> None:
        """Take the marks off these rows, or off all."""

    def listed(self, request: DatasetRequest) -> bytes:
        """The marks as a CSV that `receive` takes back, also for another order of the same rows."""

    def receive(self, request: DatasetRequest, content: bytes) -> ImportedCorrections:
        """Take the marks of such a list for the rows that have its ids."""

    def corrected(self, selection: Selection, request: DatasetRequest) -> bytes:
        """The dataset as JSON lines with corrected labels, without the rows to be removed: what `train` takes."""

    def refit(self, result: DatasetEvaluation) -> Task[HeadRefit]:
        """A linear head on the pooled vectors by the corrected labels, beside one by the labels as they are."""


class Cards(Protocol):
    """Results of evaluations in model cards."""

    def state(self, result: DatasetEvaluation, *, held_out: bool) -> str:
        """Write an evaluation's figures into the model card of its pair; gives the card's path.

        Raises:
            InputError: nothing was measured, a card that cannot be read, or a folder that may not be written to.
        """

    def eval_results(self, result: DatasetEvaluation, dataset_id: str) -> str:
        """The figures as a YAML file for `.eval_results/` of a repository on the Hub."""


class Merges(Protocol):
    """A base and an adapter as one checkpoint."""

    def merge_cost(self, selection: Selection, output: str) -> MergeCost:
        """What a merge into this folder takes of memory and disk."""

    def merge(self, selection: Selection, output: str, *, dequantise: bool = False) -> Task[Merge]:
        """Write the merged checkpoint into a folder that is not there, or empty.

        A quantised base is refused unless it is to be dequantised.
        """


class Exports(Protocol):
    """Candidates as folders that other programs open."""

    def export(self, selection: Selection, output: str, model_format: ModelFormat = "transformers") -> Task[Export]:
        """Write a pair, adapter merged, into a folder that is not there, or empty; its answers are compared with ours.

        A pair that is not loaded is loaded first.
        """


class Visitors(Protocol):
    """Which sessions of the app use which pair now."""

    def here(self, session: str, selection: Selection) -> None:
        """A session uses this pair from now on, and no other."""

    def using(self, candidate: str, adapter: str | None = None, *, any_adapter: bool = False) -> tuple[str, ...]:
        """Sessions that use a pair, or with `any_adapter` a candidate; the latest last."""

    def gone(self, sessions: Collection[str]) -> None:
        """These sessions have ended."""


class Services(Protocol):
    """All of them together, as one process offers them."""

    @property
    def engine(self) -> Engine:
        """Loads, holds and asks candidates."""

    @property
    def explainer(self) -> Explainer:
        """What is inside one prediction."""

    @property
    def checkpoints(self) -> Checkpoints:
        """Weights on disk."""

    @property
    def adapter_updates(self) -> AdapterUpdates:
        """What adapters add to their base."""

    @property
    def architectures(self) -> Architectures:
        """How candidates are put together."""

    @property
    def dry_runs(self) -> DryRuns:
        """Is a pair set up right?"""

    @property
    def evaluations(self) -> Evaluations:
        """A candidate on many texts."""

    @property
    def datasets(self) -> Datasets:
        """Whole datasets."""

    @property
    def calibrations(self) -> Calibrations:
        """Whether probabilities hold."""

    @property
    def corrections(self) -> Corrections:
        """What is to become of rows."""

    @property
    def cards(self) -> Cards:
        """Results in model cards."""

    @property
    def merges(self) -> Merges:
        """A base and an adapter as one checkpoint."""

    @property
    def exports(self) -> Exports:
        """Candidates as folders that other programs open."""

    @property
    def visitors(self) -> Visitors:
        """Which sessions use which pair."""

    def close(self, grace: float = 1.0) -> bool:
        """End long work: True when all of it ended within `grace` seconds."""
