"""Memory and arithmetic from an architecture's numbers. Importing this file imports no torch.

Weights: a number takes 4 bytes in float32 and 2 in bfloat16 and float16. int8 (Dettmers et al. 2022) and 4 bit (NF4,
Dettmers et al. 2023) shrink the layers' matrices and leave the rest in 16 bits; their scales, float32, come on top: one
a row, and one for each block of 64.

Full fine-tuning: weights, gradients and AdamW's two moments (Loshchilov and Hutter 2019), all in the weights' dtype, as
PyTorch keeps them. LoRA: the frozen weights, and 16 bytes for each number that is trained. Activations come on top.

KV cache: two vectors of kv_heads x head_dim a layer and token; a layer with a sliding window of W keeps the last W - 1
tokens, as transformers does. Attention maps: layers x heads x T x T in float32, as the page Attention keeps them.

FLOPs: a multiplication and an addition are two. A token costs two for every number of the matrices it is multiplied
with, and in each layer 4 x heads x head_dim x T for attention: queries times keys, and weights times values (Kaplan et
al. 2020, table 1; Hoffmann et al. 2022, appendix F, without the softmax). The mask saves nothing: all pairs are
computed, also outside of a sliding window, as the eager kernels do.
"""

from __future__ import annotations

from core.results import Architecture, Costs, MemoryRow, Sizes

FLOAT_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
#: Weights, gradients and two moments.
TRAINING = 4
_BLOCK = 64


def costs(result: Architecture, tokens: int) -> Costs:
    """Of one text of so many tokens."""
    sizes = result.sizes
    return Costs(
        tokens=tokens,
        memory=memory(result),
        kv_cache=kv_cache(sizes, tokens, number_bytes(result.dtype)),
        attention=attention_maps(sizes, tokens),
        flops=flops(sizes, tokens),
    )


def number_bytes(dtype: str) -> int:
    """Bytes of one number; float64 is the one that has no row of its own."""
    return FLOAT_BYTES.get(dtype, 8)


def memory(result: Architecture) -> tuple[MemoryRow, ...]:
    """One row a dtype. Without an adapter there is nothing for LoRA's column."""
    base, whole = result.base_parameters, result.trained - result.factors

    def lora(weights: int, width: int) -> int | None:
        """Without what is trained whole, which stands among the 16 bytes."""
        return weights - width * whole + 4 * TRAINING * result.trained if result.factors else None

    rows = []
    for name, width in FLOAT_BYTES.items():
        weights = base * width
        rows.append(MemoryRow(name, weights, weights * TRAINING, lora(weights, width)))
    sizes = result.sizes
    rest = 2 * (base - sizes.layer_matrix)
    int8 = rest + sizes.layer_matrix + 4 * sizes.layer_rows
    nf4 = rest + -(-sizes.layer_matrix // 2) + 4 * -(-sizes.layer_matrix // _BLOCK)
    for name, weights in (("int8", int8), ("4 bit (NF4)", nf4)):
        rows.append(MemoryRow(name, weights, None, lora(weights, 2)))
    return tuple(rows)


def kv_cache(sizes: Sizes, tokens: int, width: int) -> int | None:
    """Bytes for one text; None where later tokens change earlier ones, so that nothing can be kept."""
    if not sizes.cached:
        return None
    retained = sum(tokens if window is None else min(tokens, window - 1) for window in sizes.windows)
    return 2 * sizes.kv_heads * sizes.head_dim * width * retained


def attention_maps(sizes: Sizes, tokens: int) -> int:
    """Bytes of all layers' maps at once."""
    return 4 * sizes.layers * sizes.heads * tokens**2


def flops(sizes: Sizes, tokens: int) -> int | None:
    """Of one forward pass; None where not every token goes through every matrix."""
    if not sizes.dense:
        return None
    attention = 4 * sizes.layers * sizes.heads * sizes.head_dim * tokens
    return tokens * (2 * sizes.token_matrix + attention) + 2 * sizes.text_matrix
