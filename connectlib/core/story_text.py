"""A story as a text tree, and as a Mermaid flowchart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.money import display
from connectlib.core.story import chapters, day_text, is_account, short_names, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from connectlib.core.story import Chapter, Step, Story

#: Columns of a line, ids left short.
WIDTH = 78
_FORK, _LAST, _BAR, _GAP = "├── ", "└── ", "│   ", "    "


class _Row(NamedTuple):
    """A line of the tree: words alone, or words, an amount in its column, and more words."""

    stem: str
    words: str
    amount: str = ""
    more: str = ""


def tree(story: Story) -> str:
    """A story as text: box drawing, amounts in one column, the last line sums up."""
    names = short_names(story.parties)
    rows = [_Row("", heading(story.root, story.now, gap="  ")), *_within(story, names)]
    parts = [row for row in rows if row.amount]
    edge = max((len(row.stem + row.words) for row in parts), default=0)
    wide = max((len(row.amount) for row in parts), default=0)
    lines = [
        f"{row.stem}{row.words}".ljust(edge) + f"  {row.amount:>{wide}}  {row.more}"
        if row.amount
        else row.stem + row.words
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in [*lines, *_ending(story.ending)])


def heading(chapter: Chapter, now: datetime, *, gap: str) -> str:
    """The id and title of a chapter, and its day; the title alone where it is no object."""
    if not chapter.id:
        return chapter.title
    return f"{chapter.id}{gap}{chapter.title} · {day_text(chapter.at.date(), now)}"


def what_of(step: Step, chapter: Chapter, now: datetime) -> str:
    """What a step is: its part, the object where that is another, a note, another day."""
    words = [step.what]
    if step.about != chapter.id:
        words.append(step.about)
    if step.note:
        words.append(step.note)
    day = step.at.date()
    return " ".join(words) + (f" · {day_text(day, now)}" if day != chapter.at.date() else "")


def _within(story: Story, names: Mapping[str, str]) -> Iterator[_Row]:
    width = max((len(names[step.from_]) for step in story.steps), default=0)
    yield from _branches(story.root, "", story.now, names, width)


def _branches(
    chapter: Chapter, stem: str, now: datetime, names: Mapping[str, str], width: int
) -> Iterator[_Row]:
    parts = (chapter.steps, chapter.chapters, chapter.lines, chapter.left_out)
    count = sum(map(len, parts))
    for fact in chapter.facts:
        yield _Row(stem + (_BAR if count else _GAP), fact)
    for step in chapter.steps:
        count -= 1
        arrow = f"{names[step.from_]:<{width}} → {names[step.to]}"
        money = display(step.amount, step.currency)
        yield _Row(stem + (_FORK if count else _LAST), arrow, money, what_of(step, chapter, now))
    for within in chapter.chapters:
        count -= 1
        yield _Row(stem + (_FORK if count else _LAST), heading(within, now, gap="  "))
        yield from _branches(within, stem + (_BAR if count else _GAP), now, names, width)
    for line in chapter.lines:
        count -= 1
        money = display(line.amount, line.currency)
        more = f"{line.about}  {line.note}"
        yield _Row(stem + (_FORK if count else _LAST), line.what, money, more)
    for left in chapter.left_out:
        count -= 1
        yield _Row(stem + (_FORK if count else _LAST), left)


def _ending(sentences: tuple[str, ...]) -> Iterator[str]:
    """The sentences on as few lines as they need, their ids counted as if they were short."""
    line = ""
    for sentence in sentences:
        longer = f"{line} · {sentence}" if line else _GAP + sentence
        if line and _measure(longer) > WIDTH:
            yield line
            longer = _GAP + sentence
        line = longer
    yield line


def _measure(text: str) -> int:
    return sum(len(shortened(word) if is_account(word) else word) + 1 for word in text.split(" "))


# Mermaid


def mermaid(story: Story) -> str:
    """A story as a Mermaid flowchart: parties are nodes, every step is an edge with its number."""
    names = short_names(story.parties)
    nodes = {party: f"p{n}" for n, party in enumerate(story.parties, start=1)}
    lines = [
        "flowchart LR",
        f"    accTitle: {_plain(heading(story.root, story.now, gap=' '))}",
        f"    accDescr: {_plain(' · '.join(story.ending))}",
    ]
    for party, node in nodes.items():
        edges = ("[", "]") if is_account(party) or party == "platform" else ("([", "])")
        lines.append(f'    {node}{edges[0]}"{_escaped(names[party])}"{edges[1]}')
    number = 0
    for chapter in chapters(story.root):
        for step in chapter.steps:
            number += 1
            said = f"{number}: {display(step.amount, step.currency)} {_what(step, chapter)}"
            lines.append(f'    {nodes[step.from_]} -->|"{_escaped(said)}"| {nodes[step.to]}')
    return "\n".join(lines)


def _what(step: Step, chapter: Chapter) -> str:
    about = f" {shortened(step.about)}" if step.about != chapter.id else ""
    return f"{step.what}{about}"


def _escaped(text: str) -> str:
    """Text inside quotes: Mermaid's own codes for what would end them, or be taken for markup."""
    codes = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;"}
    return "".join(codes.get(letter, letter) for letter in text)


def _plain(text: str) -> str:
    """Text of a line of its own: nothing that could end it, or begin something else."""
    return " ".join(text.replace("#", "").replace(";", ",").split())
