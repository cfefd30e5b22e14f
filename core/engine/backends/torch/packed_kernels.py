"""Compiled steps between a decoder's matrix products; they run without the interpreter's lock, side by side in threads.

All numbers are float32. Attention multiplies matrices that are too small for a BLAS to be quick at, a text's queries
by its keys, so it does that itself. Inner loops count in unsigned integers over flat memory: of those numba need not
ask whether they count from the end, and they become loops over vectors. All of it stands in one file: numba's cache on
disk knows a function, with what it calls, by the file that it stands in.

Shapes: B texts in a row of N tokens, Q queries; D the width of a state, F that of the feed-forward; H heads of queries
and G of keys and values, d wide each. A projection (N, H d) has its heads side by side in each token's row, so that one
head of one text is a `_Matrix`: where it begins, and how far apart its rows are. Nothing is copied to get at it.

Without the lock, packs of texts (`plan_packs`) run side by side, a thread for each from the first layer to the last: no
thread waits for another within a pass, as it would where each step is shared out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit

from core.engine.backends.compiling import compiled

#: Queries that are answered together: so many rows of sums stay at hand while a key passes.
TOGETHER = 4
#: float32 numbers in 64 bytes: a cache line, and the widest register.
LINE = 16

_U, _I = np.uintp, np.int32
_F = TypeVar("_F", bound=Callable[..., Any])
_ZERO, _ONE, _TWO = np.float32(0.0), np.float32(1.0), np.float32(2.0)
#: Not the flags that assume finite numbers: a NaN stays one.
_compiled = compiled(error_model="numpy", fastmath={"reassoc", "contract", "arcp", "nsz"})


def _inlined(function: _F) -> _F:
    return cast(_F, njit(nogil=True, inline="always", error_model="numpy")(function))


class Texts(NamedTuple):
    """Where B texts stand in a row of N tokens.

    Attributes:
        ends: (B,) int64, where each text ends in the row.
        query_ends: (B,) int64, where each text's queries end among the queries; they are those of its last positions.
        cos, sin: of the rotary embedding, (N, d).
    """

    ends: Any
    query_ends: Any
    cos: Any
    sin: Any


class Scoring(NamedTuple):
    """How a token looks at others.

    Attributes:
        scale: factor of the scores, float32.
        cap: what a tanh holds them within (Gemma 2), float32; 0 for nothing.
        back, ahead: tokens that it sees before and behind itself.
    """

    scale: Any
    cap: Any
    back: int
    ahead: int


class _Matrix(NamedTuple):
    """A matrix in flat memory: where it begins, and how far apart its rows are."""

    memory: Any
    at: Any
    row: Any


class _Room(NamedTuple):
    """Where a call works, each a `_Matrix` of its own memory.

    Attributes:
        keys: (d, longest text), those of one text and head, rotated.
        scores: (4, longest text).
        four: (4, d), queries, later what they found.
    """

    keys: Any
    scores: Any
    four: Any


@_compiled
def rms_norm(x: Any, weight: Any, eps: Any, out: Any) -> None:
    """out = x w / rms(x) (Zhang and Sennrich 2019): x and out (N, D), weight (D,), eps float32."""
    width = x.shape[1]
    for i in range(x.shape[0]):
        squares = _ZERO
        for j in range(width):
            squares += x[i, j] * x[i, j]
        scale = _ONE / np.sqrt(squares / np.float32(width) + eps)
        for j in range(width):
            out[i, j] = x[i, j] * scale * weight[j]


@_compiled
def gate(gates: Any, values: Any, gelu: bool) -> None:
    """gates = act(gates) values, in place, both (N, F); act is SiLU, or GELU by a tanh (Hendrycks and Gimpel 2016).

    SiLU is x sigmoid(x); as 1 + tanh(u) = 2 sigmoid(2u), this GELU is x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)).
    """
    cubic = np.float32(0.044715) if gelu else _ZERO
    slope = np.float32(1.5957691216057308) if gelu else _ONE
    for i in range(gates.shape[0]):
        for j in range(gates.shape[1]):
            x = gates[i, j]
            gates[i, j] = x * values[i, j] / (_ONE + _exp(-slope * (x + cubic * x * x * x)))


@_compiled
def attend(queries: Any, keys: Any, values: Any, texts: Any, scoring: Any, out: Any) -> None:
    """Attention within each text, with rotary embedding (Su et al. 2021) of queries and keys on the way.

    Args:
        queries: (Q, H d), contiguous as all others.
        keys: (N, G d); G divides H (grouped queries, Ainslie et al. 2023).
        values: (N, G d).
        texts: a `Texts`.
        scoring: a `Scoring`.
        out: (Q, H d).
    """
    width, outer, inner = texts.cos.shape[1], queries.shape[1], keys.shape[1]
    room = _make_room(texts, width)
    q, k, v, o = queries.ravel(), keys.ravel(), values.ravel(), out.ravel()
    begin = first_query = 0
    for text in range(texts.ends.size):
        length, asking = texts.ends[text] - begin, texts.query_ends[text] - first_query
        for column in range(0, inner, width):  # a head of keys is turned once for all heads of queries that share it
            _turn(_Matrix(k, begin * inner + column, inner), begin, length, texts, room)
            known = _Matrix(v, begin * inner + column, inner)
            for head in range(column * (outer // inner), (column + width) * (outer // inner), width):
                at = first_query * outer + head
                _answer(
                    _Matrix(q, at, outer), asking, known, _Matrix(o, at, outer), begin, length, texts, scoring, room
                )
        begin, first_query = texts.ends[text], texts.query_ends[text]


@_compiled
def _turn(keys: Any, begin: int, length: int, texts: Any, room: Any) -> None:
    """The rotated keys (length, d) of one text and head, transposed to (d, length).

    So scores are `add_products` of queries (4, d) by (d, length): its inner loop runs along the keys, number by number
    in memory, and the sum over d needs no reduction within a register.
    """
    x, y, width, row = room.four.memory, room.keys.memory, _U(room.four.row), _U(room.keys.row)
    second, third, fourth = width, _U(2) * width, _U(3) * width
    for i in range(0, length, TOGETHER):
        for k in range(min(TOGETHER, length - i)):
            at = keys.at + (i + k) * keys.row
            _rotate(keys.memory, at, texts, begin + i + k, _ONE, x, k * room.four.row)
        for j in range(width):  # four to a row at once, also at the end: rows are padded to whole lines
            at = _U(i) + j * row
            y[at], y[at + _U(1)], y[at + _U(2)], y[at + _U(3)] = x[j], x[second + j], x[third + j], x[fourth + j]


@_compiled
def _answer(
    queries: Any, asking: int, values: Any, out: Any, begin: int, length: int, texts: Any, scoring: Any, room: Any
) -> None:
    """One head of one text: queries (asking, d) to out, over values (length, d)."""
    width, four, scores = texts.cos.shape[1], room.four, room.scores
    for query in range(0, asking, TOGETHER):
        number, place = min(TOGETHER, asking - query), length - asking + query
        for i in range(number):
            at = queries.at + (query + i) * queries.row
            _rotate(queries.memory, at, texts, begin + place + i, scoring.scale, four.memory, i * width)
        # only what some of the four sees is looked at, from the beginning of a cache line to the end of one: loops over
        # whole lines need no rest, and what is too much in them `_softmax` sets to 0
        low, high = max(0, place - scoring.back) // LINE * LINE, min(length, place + number + scoring.ahead)
        part, columns = _Matrix(scores.memory, low, scores.row), -(-(high - low) // LINE) * LINE
        _clear(part, columns)
        add_products(four, _Matrix(room.keys.memory, low, room.keys.row), part, width, columns)
        for i in range(number):
            start, stop = max(low, place + i - scoring.back), min(high, place + i + 1 + scoring.ahead)
            _softmax(scores.memory, i * scores.row + low, start - low, stop - low, high - low, scoring.cap)
        _clear(four, width)
        add_products(part, _Matrix(values.memory, values.at + low * values.row, values.row), four, high - low, width)
        for i in range(number):
            source, target = _U(i * width), _U(out.at + (query + i) * out.row)
            for j in range(_U(width)):
                out.memory[target + j] = four.memory[source + j]


@_compiled
def add_products(a: Any, b: Any, c: Any, depth: Any, columns: Any) -> None:
    """c (4, columns) += a (4, depth) b (depth, columns), each a `_Matrix`; a and c are padded to four rows.

    Four by four, so that sixteen factors stay in registers and a number that was read is used four times.
    """
    depth, columns, three = _U(depth), _U(columns), _U(3)
    x, y, z = a.memory, b.memory, c.memory
    ar, br, cr = _U(a.row), _U(b.row), _U(c.row)
    a0, c0 = _U(a.at), _U(c.at)
    a1, a2, a3, c1, c2, c3 = a0 + ar, a0 + _U(2) * ar, a0 + three * ar, c0 + cr, c0 + _U(2) * cr, c0 + three * cr
    whole = depth - (depth & three)
    for k in range(_U(0), whole, _U(4)):
        k1, k2, k3 = k + _U(1), k + _U(2), k + three
        f00, f01, f02, f03 = x[a0 + k], x[a0 + k1], x[a0 + k2], x[a0 + k3]
        f10, f11, f12, f13 = x[a1 + k], x[a1 + k1], x[a1 + k2], x[a1 + k3]
        f20, f21, f22, f23 = x[a2 + k], x[a2 + k1], x[a2 + k2], x[a2 + k3]
        f30, f31, f32, f33 = x[a3 + k], x[a3 + k1], x[a3 + k2], x[a3 + k3]
        b0 = _U(b.at) + k * br
        b1, b2, b3 = b0 + br, b0 + _U(2) * br, b0 + three * br
        for j in range(columns):
            y0, y1, y2, y3 = y[b0 + j], y[b1 + j], y[b2 + j], y[b3 + j]
            z[c0 + j] += f00 * y0 + f01 * y1 + f02 * y2 + f03 * y3
            z[c1 + j] += f10 * y0 + f11 * y1 + f12 * y2 + f13 * y3
            z[c2 + j] += f20 * y0 + f21 * y1 + f22 * y2 + f23 * y3
            z[c3 + j] += f30 * y0 + f31 * y1 + f32 * y2 + f33 * y3
    for k in range(whole, depth):
        f00, f10, f20, f30 = x[a0 + k], x[a1 + k], x[a2 + k], x[a3 + k]
        b0 = _U(b.at) + k * br
        for j in range(columns):
            z[c0 + j] += f00 * y[b0 + j]
            z[c1 + j] += f10 * y[b0 + j]
            z[c2 + j] += f20 * y[b0 + j]
            z[c3 + j] += f30 * y[b0 + j]


@_inlined
def _rotate(x: Any, at: int, texts: Any, place: int, scale: Any, out: Any, to: int) -> None:
    """out[to], out[to + 1], ... = scale times the rotary embedding, at a place of the row, of x[at], x[at + 1], ..."""
    half = _U(texts.cos.shape[1] // 2)
    cos, sin = texts.cos[place], texts.sin[place]
    for j in range(half):
        first, second = x[_U(at) + j], x[_U(at) + half + j]
        out[_U(to) + j] = (first * cos[j] - second * sin[j]) * scale
        out[_U(to) + half + j] = (second * cos[j + half] + first * sin[j + half]) * scale


@_inlined
def _softmax(row: Any, at: int, start: int, stop: int, size: int, cap: Any) -> None:
    """Over places start to stop of the `size` scores from `at` on, in place; the others become 0.

    The largest score is taken off first, as always: e^x of the others is at most 1, and nothing overflows.
    """
    for j in range(_U(start)):
        row[_U(at) + j] = _ZERO
    for j in range(_U(stop), _U(size)):
        row[_U(at) + j] = _ZERO
    first, number = _U(at + start), _U(stop - start)
    if cap > 0:
        for j in range(number):
            row[first + j] = cap * _tanh(row[first + j] / cap)
    top = _I(-(2**31))
    for j in range(number):
        top = max(top, _ordered(np.float32(row[first + j]).view(np.int32)))
    highest, total = _I(_ordered(top)).view(np.float32), _ZERO
    for j in range(number):
        e = _exp(row[first + j] - highest)
        row[first + j] = e
        total += e
    share = _ONE / total
    for j in range(number):
        row[first + j] *= share


@_inlined
def _ordered(bits: Any) -> Any:
    """The bits of a float32 as an integer that is larger where the number is, and back: maxima of it become vectors."""
    return _I(bits ^ ((bits >> _I(31)) & _I(0x7FFFFFFF)))


@_inlined
def _exp(x: Any) -> Any:
    """e^x, held between 2^-126 and 2^126; the relative error is below 2e-7 + 6e-8 |x|."""
    power, rest = _powers(x)
    return power * rest + power


@_inlined
def _tanh(x: Any) -> Any:
    """E / (E + 2) with E = e^(2 x) - 1, which is as exact for a small x."""
    power, rest = _powers(_TWO * x)
    less_one = power * rest + (power - _ONE)
    return less_one / (less_one + _TWO)


@_inlined
def _powers(x: Any) -> Any:
    """2^n and 2^f - 1 for n + f = x log2(e), f in [-1/2, 1/2]: e^x is 2^n 2^f.

    n is written into the exponent's bits, and held between -126 and 126. 2^f is Taylor's series of e^(f ln 2), with
    (ln 2)^k / k! for k from 1 to 6: the first term that is left out is below 1.2e-7. NaN stays NaN.
    """
    z = x * np.float32(1.4426950408889634)
    z = np.float32(-126.0) if z < np.float32(-126.0) else z
    z = np.float32(126.0) if z > np.float32(126.0) else z
    n = np.rint(z)
    f = z - n
    series = np.float32(1.5403530e-4)
    series = series * f + np.float32(1.3333558e-3)
    series = series * f + np.float32(9.6181291e-3)
    series = series * f + np.float32(5.5504109e-2)
    series = series * f + np.float32(2.4022651e-1)
    series = series * f + np.float32(6.9314718e-1)
    return _I((_I(n) + _I(127)) << _I(23)).view(np.float32), series * f


@_inlined
def _clear(matrix: Any, columns: int) -> None:
    """Zeros in four rows."""
    for i in range(TOGETHER):
        begin = _U(matrix.at + i * matrix.row)
        for j in range(_U(columns)):
            matrix.memory[begin + j] = _ZERO


@_inlined
def _make_room(texts: Any, width: int) -> Any:
    longest = begin = 0
    for end in texts.ends:
        longest = max(longest, end - begin)
        begin = end
    row = (-(-longest // LINE) | 1) * LINE  # an odd number of lines: rows do not compete for places in the cache
    keys, scores, four = _aligned(width * row), _aligned(TOGETHER * row), _aligned(TOGETHER * width)
    return _Room(_Matrix(keys, 0, row), _Matrix(scores, 0, row), _Matrix(four, 0, width))


@_inlined
def _aligned(size: int) -> Any:
    """(size,) that begins at a line; not initialised."""
    memory = np.empty(size + LINE, np.float32)
    start = (-memory.ctypes.data // 4) % LINE
    return memory[start : start + size]
