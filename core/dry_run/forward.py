"""Stages about one forward pass: tokens, shapes and dtypes, finite values, pooling weights."""

from __future__ import annotations

from collections.abc import Iterator

from core.dry_run.stage import StageKind
from core.dry_run.subject import Subject
from core.dry_run.tracing import EMBEDDINGS, LOGITS, POOLER, STATES, Trace
from core.engine.vocabulary import FIX, said
from core.results import Stage, TracedTensor
from core.words.numbers import two_digits

#: How far pooling weights may be from summing to 1, and how much a padded position may weigh.
WEIGHT_BOUND = 1e-5

TOKENIZER = StageKind("Tokenizer", "Every token that the tokenizer knows has an embedding.")
SHAPES = {
    EMBEDDINGS: StageKind(EMBEDDINGS, "What enters the first layer: a vector for each token."),
    "Layers": StageKind("Layers", "Each transformer layer gives a vector of the same size for each token."),
    POOLER: StageKind(POOLER, "One vector a text, or one row of logits where the head comes first."),
    LOGITS: StageKind(LOGITS, "One number a class, for every text."),
}
WEIGHTS = StageKind("Pooling weights", "How much of the pooled vector each token is; padding must be none of it.")
FINITE = StageKind("Finite", "No NaN and no infinite value at any stage of the pass.")


def tokenizer(subject: Subject) -> Stage:
    """Texts to token ids within the vocabulary."""
    largest, last = max(max(row) for row in subject.rows), subject.vocabulary - 1
    counts = " and ".join(f"{len(text.ids):,}" for text in subject.encoded)
    cut = [len(row) for row, text in zip(subject.rows, subject.encoded, strict=True) if len(row) < text.total]
    more = f", cut to {max(cut):,} here" if cut else ""
    texts = "1 text" if len(subject.rows) == 1 else f"{len(subject.rows)} texts"
    detail = f"{texts} to {counts} tokens{more}; largest id {largest:,} of at most {last:,}"
    fix = "the tokenizer is of another model: put this model's own tokenizer.json into its folder."
    beyond = subject.pair.predictor.encoder.tokens_beyond(subject.vocabulary)
    if beyond and largest <= last:
        largest = max(beyond.values())
        detail, fix = f"{detail}; but {said(list(beyond))} no row in the embedding", FIX
    return TOKENIZER.judged(largest <= last, detail, fix, largest, last, "token id")


def passed_through(trace: Trace) -> Iterator[Stage]:
    """The stages that one pass tells about, in its order."""
    stopped = ""
    for name, kind in SHAPES.items():
        stage = _shapes(kind, trace, stopped)
        if trace.error and not stage.passed:
            stopped = f"the forward pass stopped at the stage '{name}'"
        yield stage
        if name == POOLER:
            yield _weights(trace, stopped)
    yield FINITE.left_out(stopped) if stopped else _finite(trace)


def _shapes(kind: StageKind, trace: Trace, stopped: str) -> Stage:
    if stopped:
        return kind.left_out(stopped)
    if kind.name in (EMBEDDINGS, "Layers") and not trace.depth:
        return kind.not_applicable("this architecture has no single stack of layers to look into")
    seen = trace.layers if kind.name == "Layers" else [t for t in trace.tensors if t.name == kind.name]
    if kind.name == "Layers":
        seen += [t for t in trace.tensors if t.name == STATES]
    requested = trace.depth + 1 if kind.name == "Layers" else 1
    fix = "correct the model's code or its config.json at this stage."
    if len(seen) < requested:
        last = trace.tensors[-1].name if trace.tensors else "nothing"
        return kind.judged(False, f"the pass stopped, and the last that was seen is: {last}. {trace.error}", fix)
    wrong = [t for t in seen if not t.fits]
    if wrong:
        t = wrong[0]
        detail = f"{t.name}: {_told(t.shape)} {t.dtype}, expected {t.axes} = {_told(t.expected)} {t.expected_dtype}"
        return kind.judged(False, detail, fix, len(wrong), 0, "tensors of another shape or dtype")
    detail = f"{seen[0].axes} = {_told(seen[0].shape)} {seen[0].dtype}"
    if kind.name == "Layers":
        detail = f"{trace.depth} of {trace.depth} layers give {detail}"
    return kind.judged(True, detail, fix, 0, 0, "tensors of another shape or dtype")


def _weights(trace: Trace, stopped: str) -> Stage:
    if stopped:
        return WEIGHTS.left_out(stopped)
    if trace.weight_error is None:
        return WEIGHTS.not_applicable("this pooler weighs each dimension by itself, so it has no weights to show")
    number = max(trace.weight_error, trace.weight_on_padding)
    error, on_padding = two_digits(trace.weight_error), two_digits(trace.weight_on_padding)
    detail = f"they sum to 1 within {error}, and padding weighs {on_padding} at most, bound {WEIGHT_BOUND:.0e}"
    fix = "let the pooler mask out padded positions before it normalises its weights."
    return WEIGHTS.judged(number <= WEIGHT_BOUND, detail, fix, number, WEIGHT_BOUND, "of weight")


def _finite(trace: Trace) -> Stage:
    broken = [t for t in trace.tensors if not t.is_finite]
    total = len(trace.tensors)
    if not broken:
        largest = max(trace.tensors, key=lambda t: t.largest)
        detail = f"{total} of {total} tensors are finite; the largest value is {largest.largest:.3g} ({largest.name})"
        return FINITE.judged(True, detail, "", 0, 0, "values that are not finite")
    first = broken[0]
    count = first.count - first.finite
    detail = f"first at {_place(first)}: {count:,} of {first.count:,} values are not finite"
    if trace.broken_weight:
        fix = f"the weight '{trace.broken_weight}' holds NaN or Inf: load a sound copy of its file"
    else:
        fix = f"every weight is finite, so the values grow too large at that stage ({first.name}): see the largest ones"
    if first.dtype == "float16":
        fix += "; or load in bfloat16 or float32, since float16 ends at 65,504"
    return FINITE.judged(False, detail, fix + ".", count, 0, "values that are not finite")


def _place(tensor: TracedTensor) -> str:
    return tensor.name[0].lower() + tensor.name[1:]


def _told(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))})"
