"""`organisation/model@revision`: how a model of the Hub is written down."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import ConfigError

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
#: What `git check-ref-format` refuses in the name of a branch or tag.
_NO_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|@\{|^[/.-]|/\.|[/.]$|\.lock(?:/|$)")


@dataclass(frozen=True)
class HubName:
    """A model of the Hub, and one of its branches, tags or commits; None is its main branch."""

    id: str
    revision: str | None = None

    @classmethod
    def parse(cls, text: str) -> HubName | None:
        """`org/name` or `org/name@revision`; None for a text of another form, a path for instance."""
        name, at, revision = text.partition("@")
        if not _HUB_ID.fullmatch(name) or (at and not is_revision(revision)):
            return None
        return cls(name, revision if at else None)

    def __str__(self) -> str:
        return f"{self.id}@{self.revision}" if self.revision else self.id


def is_revision(text: str) -> bool:
    """Whether a text can name a branch (`refs/pr/1` too), a tag or a commit: never a way out of a folder."""
    return bool(text) and not _NO_REF.search(text)


def split_revision(name: str, revision: str | None, field: str) -> tuple[str, str | None]:
    """Name and revision apart, wherever the revision was written; `field` names the place in a config.

    Raises:
        ConfigError: two revisions, one that git would not take, or one of a folder.
    """
    hub = HubName.parse(name)
    if revision is None:
        return (hub.id, hub.revision) if hub else (name, None)
    if not is_revision(revision):
        raise ConfigError(f"{field}.revision cannot be {revision!r}.", fix="name a branch, a tag or a commit.")
    if hub is None:
        raise ConfigError(
            f"{field}.revision is '{revision}', and '{name}' is not a model of the Hub, which alone has revisions.",
            fix="leave the revision out, or name the model as organisation/model.",
        )
    if hub.revision not in (None, revision):
        raise ConfigError(
            f"{field} names two revisions: '{hub.revision}' in '{name}', and '{revision}'.", fix="name one of them."
        )
    return hub.id, revision
