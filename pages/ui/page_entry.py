"""What is known of a page and of a section of the app, before either is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from core.results import Capability


@dataclass(frozen=True)
class PageEntry:
    """A page: `pages/<name>.py`.

    Attributes:
        question: what it answers, in a line.
        answers: it asks the loaded candidate as soon as it opens, so that a load follows for certain.
        link: its path in the URL, where links that people have kept know it by a name that it no longer has.
        charts, tables: whether it draws one as soon as it has answered.
        needs: what the loaded pair has to be able to; None for a page that asks no loaded pair.
    """

    name: str
    title: str
    question: str
    answers: bool = False
    link: str = ""
    needs: Capability | None = None
    charts: bool = True
    tables: bool = False

    @property
    def file(self) -> str:
        """Where it is, from the root of the repository."""
        return f"pages/{self.name}.py"

    @property
    def path(self) -> str:
        """Its path in the URL, without the slash."""
        return self.link or self.name


@dataclass(frozen=True)
class Section:
    """One of the tasks in the top bar; its link leads to the first of its pages.

    Attributes:
        question: what it answers, as the second line of its entry.
    """

    title: str
    question: str
    pages: tuple[PageEntry, ...]
