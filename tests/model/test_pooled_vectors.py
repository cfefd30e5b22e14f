"""Pooled vectors are caught by the thread that asks, and by no other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import torch

from core.model.pooled_vectors import catch, catching, caught


def test_what_a_pass_gives_is_caught_in_order_and_only_while_asked() -> None:
    catch(torch.ones(1, 2))
    with caught() as seen:
        assert catching()
        for i in range(3):
            catch(torch.full((1, 2), float(i)))
    catch(torch.ones(1, 2))
    assert not catching()
    assert torch.cat(seen).tolist() == [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]


def test_another_thread_is_not_listened_to() -> None:
    with caught() as seen, ThreadPoolExecutor(1) as other:
        assert not other.submit(catching).result()
        other.submit(catch, torch.ones(1, 2)).result()
    assert seen == []
