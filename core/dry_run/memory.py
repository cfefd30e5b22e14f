"""What the stages of a dry run take besides the weights that are in memory: estimated before any of them runs."""

from __future__ import annotations

from dataclasses import dataclass

from peft import PeftModel

from core.dry_run.stage import StageKind
from core.dry_run.subject import Subject
from core.dry_run.trained_parameters import requiring, trained
from core.model.activations import kept_bytes
from core.model.quantised import number_count, quantised_layers
from core.results import Stage
from core.words.sizes import size

MEMORY = StageKind("Memory", "What the stages take at most besides the model itself, against what is free.")

#: A whole model up to this size is loaded a second time; a larger one is compared with its files tensor by tensor.
SECOND_COPY = 64 * 2**20
#: Bytes of a file that a larger model is written into, but for a tensor that is larger.
FILE_BYTES = 128 * 2**20
#: A backward pass keeps every activation, so it takes few texts and few tokens; of one token attention has no gradient.
TEXTS, LEAST_TOKENS, MOST_TOKENS = 2, 4, 64
#: Tensors of the hidden and of the inner size that a layer has at once in a pass.
_HIDDEN, _INNER = 12, 4
#: A gradient, and the sum that it is added to.
_GRADIENTS = 2
#: What the allocator and the interpreter take in any case.
_SLACK = 48 * 2**20


@dataclass(frozen=True)
class StageBytes:
    """Bytes besides the model: of a forward pass, of the gradient, of saving and loading, and of disk."""

    forward: int
    gradient: int
    saving: int
    disk: int

    @property
    def most(self) -> int:
        """The largest: stages run one after the other, and each gives back what it took."""
        return max(self.forward, self.gradient, self.saving)


def stage_bytes(subject: Subject) -> StageBytes:
    """From the sizes of the model and of the texts."""
    model, info = subject.probe.model, subject.pair.info
    config = subject.probe.classifier.config.get_text_config()
    width = max(subject.dtype.itemsize, 4)
    hidden = int(config.hidden_size)
    token = (_HIDDEN * hidden + _INNER * int(getattr(config, "intermediate_size", None) or 4 * hidden)) * width
    longest = max(len(row) for row in subject.rows) + subject.gap
    scores = int(getattr(config, "num_attention_heads", 1)) * longest**2 * width
    forward = 2 * len(subject.rows) * (longest * token + 2 * scores)
    largest = max(p.numel() * p.element_size() for p in model.parameters())
    whole = not isinstance(model, PeftModel)
    if not whole:
        saving, disk = 2 * info.own_bytes, info.own_bytes  # in memory, and mapped from the file
    elif info.bytes <= SECOND_COPY:
        saving, disk = 2 * info.bytes, info.bytes
    else:
        saving, disk = FILE_BYTES + largest, info.bytes  # one file is written, and one tensor of it read
    return StageBytes(forward + _SLACK, _gradient_bytes(subject) + _SLACK, saving + _SLACK, disk)


def few_rows(subject: Subject) -> list[list[int]]:
    """The token ids of which a gradient is taken."""
    least = min(LEAST_TOKENS, subject.probe.encoder.max_tokens)
    return [(row * least)[: max(least, min(len(row), MOST_TOKENS))] for row in subject.rows[:TEXTS]]


def _gradient_bytes(subject: Subject) -> int:
    """What is kept of the pass, the largest gradient, and a layer of codes that is read out on the way back."""
    model, rows = subject.probe.model, few_rows(subject)
    wanted = trained(subject)[0]
    longest = max(len(row) for row in rows)
    with requiring(model, wanted):
        whole = not isinstance(model, PeftModel)
        kept = len(rows) * kept_bytes(subject.probe.backbone, longest, weights_trained=whole, padded=True)
    gradient = max((p.numel() * p.element_size() for name, p in model.named_parameters() if name in wanted), default=0)
    read_out = max((number_count(layer.weight) for _, layer in quantised_layers(model)), default=0)
    return kept + _GRADIENTS * gradient + read_out * subject.dtype.itemsize


def memory(subject: Subject) -> Stage:
    """The estimate, and which stages are left out for it; they say so again, each with its own numbers."""
    needs, free = stage_bytes(subject), subject.free()
    by_stage = {"one pass": needs.forward, "gradient": needs.gradient, "save and load": needs.saving}
    parts = ", ".join(f"{name} {size(count)}" for name, count in by_stage.items())
    held = size(subject.pair.info.bytes)
    words = f"at most {size(needs.most)} besides the {held} of the model ({parts}), and {size(free)} are free"
    if needs.most > free:
        left_out = " and ".join(name for name, count in by_stage.items() if count > free)
        return MEMORY.left_out(f"{words}: too little for {left_out}")
    return MEMORY.judged(True, words, "", needs.most, free, "bytes")
