"""The story of an object as people get it: to print, to draw, to walk through."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from connectlib.core.story import chapters
from connectlib.core.story_svg import svg
from connectlib.core.story_text import mermaid, tree

if TYPE_CHECKING:
    from connectlib.core.story import Chapter, Share, Step, Story


class Explanation:
    """Who paid whom how much for an object, and who keeps what, told from the ledger.

    `print` it for a text tree; a notebook shows it as a picture. story: the plain value.
    """

    __slots__ = ("story",)

    def __init__(self, story: Story) -> None:
        self.story = story

    @property
    def id(self) -> str:
        """The object it is about."""
        return self.story.root.id

    @property
    def steps(self) -> list[Step]:
        """Every ledger transfer of the story, in minor units."""
        return self.story.steps

    @property
    def shares(self) -> list[Share]:
        """What every account has gained or lost by the steps, in minor units."""
        return list(self.story.shares)

    @property
    def left_out(self) -> list[str]:
        """What hangs on the object too and is not told, in words; empty where all of it is."""
        return self.story.left_out

    def __str__(self) -> str:
        """A text tree; its last line sums up who keeps what."""
        return tree(self.story)

    def to_mermaid(self) -> str:
        """A Mermaid flowchart, for Markdown."""
        return mermaid(self.story)

    def to_svg(self) -> str:
        """A picture: one SVG element, which needs no other file."""
        return svg(self.story)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: amounts in minor units, moments and days as ISO 8601 text."""
        story = self.story
        return {
            "id": story.root.id,
            "kind": story.kind,
            "title": story.root.title,
            "as_of": story.now.isoformat(),
            "steps": [
                _step(step, chapter) for chapter in chapters(story.root) for step in chapter.steps
            ],
            "contains": [
                line._asdict() for chapter in chapters(story.root) for line in chapter.lines
            ],
            "shares": [_share(share) for share in story.shares],
            "ending": list(story.ending),
            "left_out": story.left_out,
        }

    def _repr_svg_(self) -> str:
        return self.to_svg()

    def _repr_html_(self) -> str:
        """The picture, and the text behind a fold."""
        text = escape(str(self))
        return f"{self.to_svg()}<details><summary>as text</summary><pre>{text}</pre></details>"

    def __repr__(self) -> str:
        root = self.story.root
        return f"<Explanation {root.id} {root.title}, {len(self.steps)} steps>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Explanation) and self.story == other.story

    def __hash__(self) -> int:
        return hash(self.story)


def _step(step: Step, chapter: Chapter) -> dict[str, Any]:
    return {
        "from": step.from_,
        "to": step.to,
        "amount": step.amount,
        "currency": step.currency,
        "what": step.what,
        "about": step.about,
        "of": chapter.id,
        "at": step.at.isoformat(),
        "available_on": step.available_on.isoformat() if step.available_on else None,
        "note": step.note,
        "ledger_transfer": step.id,
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        **share._asdict(),
        "by_day": [{"day": day.isoformat(), "amount": amount} for day, amount in share.by_day],
    }
