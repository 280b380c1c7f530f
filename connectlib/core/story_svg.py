"""A story as a picture: parties are columns, every step is an arrow, time goes down.

The picture brings its own ground and colours, for light and for dark, and needs nothing else.
Coordinates are whole numbers of pixels.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from connectlib.core.money import display
from connectlib.core.story import (
    BUYER,
    IN_TRANSIT,
    PLATFORM,
    chapters,
    day_text,
    is_account,
    short_names,
    shortened,
)
from connectlib.core.story_text import heading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connectlib.core.story import Chapter, Step, Story

MARGIN, COLUMN, BOX = 28, 168, 128
_ROW, _HEAD, _LINE = 46, 34, 20
#: Pixels that a letter is at most wide, by size of the text: there is no font to ask.
_WIDTHS = {11: 6, 12: 7, 13: 7, 16: 9}

#: Names of variables -> (in the light, in the dark).
_COLOURS = {
    "ground": ("#ffffff", "#16181d"),
    "ink": ("#1c1f26", "#e8eaf0"),
    "quiet": ("#5f6673", "#9aa3b2"),
    "rule": ("#d5d9e0", "#363c48"),
    "box": ("#f3f4f7", "#232831"),
    "you": ("#e5edff", "#1f2f55"),
    "account": ("#e4f5ec", "#173a2b"),
    "paid": ("#2458d3", "#86abff"),
    "fee": ("#a15c00", "#f0b35e"),
    "back": ("#b3261e", "#ff9a90"),
}


def svg(story: Story) -> str:
    """A story as an SVG document."""
    return "".join(_Picture(story).parts())


def order_of(story: Story) -> list[str]:
    """The parties from left to right: where money comes from, who passes it on, where it goes."""
    there = story.parties
    known = {BUYER: 0, IN_TRANSIT: 1 if BUYER in there else 5, PLATFORM: 2, "bank": 6}
    ranks = {party: known.get(party, 3 if is_account(party) else 4) for party in there}
    return sorted(there, key=lambda party: 7 if party == "processor" else ranks[party])


def kind_of(step: Step) -> str:
    """What an arrow means: money given back, a fee, or money paid."""
    words = step.what.split()
    if {"refund", "reversal", "returned", "failed"} & set(words):
        return "back"
    return "fee" if "fee" in words else "paid"


class _Picture:
    """One picture while it is drawn: `y` is how far down it has come."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.names = short_names(story.parties)
        columns = order_of(story)
        self.x = {party: MARGIN + BOX // 2 + at * COLUMN for at, party in enumerate(columns)}
        words = [*story.root.facts, *self._sentences(), *story.left_out]
        words += [heading(each, story.now, gap=" · ") for each in chapters(story.root)]
        texts = max(len(text) * _WIDTHS[13] for text in words) + 2 * MARGIN
        self.width = max(2 * MARGIN + BOX + COLUMN * (len(columns) - 1), texts, 420)
        self.y = 0

    def _sentences(self) -> list[str]:
        """Who keeps what, in the names that the columns have."""
        said = []
        for sentence in self.story.ending:
            words = (self.names.get(word, word) for word in sentence.split(" "))
            said.append(" ".join(words))
        return said

    def parts(self) -> Iterator[str]:
        """The document, piece by piece."""
        body = [*self._title(), *self._boxes(), *self._chapters(), *self._ending()]
        height = self.y + MARGIN
        title = escape(heading(self.story.root, self.story.now, gap=" "))
        described = escape(" · ".join(self.story.ending))
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {height}"'
            f' width="{self.width}" height="{height}" role="img" class="clstory"'
            f' style="max-width:100%;height:auto" aria-label="{title}">'
        )
        yield f"<title>{title}</title><desc>{described}</desc><style>{_style()}</style>"
        yield f'<rect class="g" width="{self.width}" height="{height}" rx="10"/>'
        yield from self._lifelines()
        yield from body
        yield "</svg>"

    # pieces

    def _title(self) -> Iterator[str]:
        root = self.story.root
        self.y = MARGIN + 14
        day = day_text(root.at.date(), self.story.now)
        yield _text(MARGIN, self.y, f"{root.title} · {day}", "t")
        self.y += _LINE
        yield _text(MARGIN, self.y, root.id, "m")
        for fact in root.facts:
            self.y += _LINE - 3
            yield _text(MARGIN, self.y, fact, "q")

    def _boxes(self) -> Iterator[str]:
        self.y += 24
        self.top = self.y
        for party, x in self.x.items():
            kind = "account" if is_account(party) else "you" if party == PLATFORM else "box"
            yield (
                f'<rect class="{kind}" x="{x - BOX // 2}" y="{self.y}" width="{BOX}"'
                f' height="{_HEAD}" rx="8"><title>{escape(party)}</title></rect>'
            )
            yield _text(x, self.y + 22, self.names[party], "n", anchor="middle")
        if self.x:
            self.y += _HEAD
        self.bottom = self.y

    def _lifelines(self) -> Iterator[str]:
        for x in self.x.values():
            yield f'<path class="l" d="M{x} {self.top + _HEAD}V{self.bottom}"/>'

    def _chapters(self) -> Iterator[str]:
        number = 0
        for chapter in chapters(self.story.root):
            if chapter is not self.story.root:
                yield from self._divider(chapter)
            for step in chapter.steps:
                number += 1
                yield from self._arrow(step, chapter, number)
            for line in chapter.lines:
                self.y += _LINE
                money = display(line.amount, line.currency)
                yield _text(MARGIN + 12, self.y, f"{line.what} {shortened(line.about)}", "q")
                yield _text(MARGIN + 330, self.y, money, "q", anchor="end")
                if line.note:
                    yield _text(MARGIN + 338, self.y, line.note, "q")
            self.bottom = self.y + 20 if chapter.steps else self.bottom
        for left in self.story.left_out:
            self.y += _LINE + 14
            yield _text(MARGIN, self.y, left, "q i")

    def _divider(self, chapter: Chapter) -> Iterator[str]:
        self.y += 50
        yield f'<path class="r" d="M{MARGIN} {self.y - 20}H{self.width - MARGIN}"/>'
        yield _text(MARGIN, self.y, heading(chapter, self.story.now, gap=" · "), "h")

    def _arrow(self, step: Step, chapter: Chapter, number: int) -> Iterator[str]:
        self.y += _ROW
        from_, to = self.x[step.from_], self.x[step.to]
        kind, back = kind_of(step), to < from_
        tip = to + 9 if back else to - 9
        money = display(step.amount, step.currency)
        what = _what(step, chapter, self.story)
        told = f"{number}. {step.from_} → {step.to}  {money}  {step.what} {step.about}"
        yield f'<g class="{kind}"><title>{escape(told)}</title>'
        yield f'<circle cx="{from_}" cy="{self.y}" r="3"/>'
        yield f'<path class="a" d="M{from_} {self.y}H{tip}"/>'
        wing = 9 if back else -9
        yield f'<path d="M{to} {self.y}l{wing} -5v10z"/>'
        middle = (from_ + to) // 2
        yield _text(self._inside(middle, money, 13), self.y - 8, money, "b", anchor="middle")
        yield "</g>"
        yield _text(self._inside(middle, what, 11), self.y + 15, what, "s", anchor="middle")

    def _inside(self, middle: int, text: str, size: int) -> int:
        """The middle of a text moved so that all of it is in the picture."""
        half = len(text) * _WIDTHS[size] // 2 + 8
        return max(half, min(middle, self.width - half))

    def _ending(self) -> Iterator[str]:
        self.y += 40
        height = _LINE * len(self.story.ending) + 18
        yield (
            f'<rect class="box" x="{MARGIN - 10}" y="{self.y}" rx="8"'
            f' width="{self.width - 2 * MARGIN + 20}" height="{height}"/>'
        )
        self.y += 6
        for sentence in self._sentences():
            self.y += _LINE
            yield _text(MARGIN + 4, self.y, sentence, "n")
        self.y += 12


def _what(step: Step, chapter: Chapter, story: Story) -> str:
    words = [step.what]
    if step.about != chapter.id:
        words.append(shortened(step.about))
    if step.note:
        words.append(step.note)
    day = step.at.date()
    later = f" · {day_text(day, story.now)}" if day != chapter.at.date() else ""
    return " ".join(words) + later


def _text(x: int, y: int, text: str, kind: str, *, anchor: str = "") -> str:
    where = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text class="{kind}" x="{x}" y="{y}"{where}>{escape(text)}</text>'


def _style() -> str:
    """The rules, each under the picture's own class: a page may hold other pictures."""
    light = "".join(f"--{name}:{light};" for name, (light, _) in _COLOURS.items())
    dark = "".join(f"--{name}:{dark};" for name, (_, dark) in _COLOURS.items())
    fills = {name: f"fill:var(--{name})" for name in ("box", "you", "account", *_ARROWS)}
    rules: Mapping[str, str] = {
        ".g": "fill:var(--ground);stroke:var(--rule)",
        ".l": "stroke:var(--rule);stroke-dasharray:3 4;fill:none",
        ".r": "stroke:var(--rule);fill:none",
        ".a": "stroke:currentColor;stroke-width:2;fill:none",
        **{f".{name}": f"{rule};color:var(--{name})" for name, rule in fills.items()},
        "text": "fill:var(--ink);font-size:13px;paint-order:stroke;stroke:var(--ground);"
        "stroke-width:4px;stroke-linejoin:round",
        ".t": "font-size:16px;font-weight:600",
        ".n": "stroke:none",
        ".b": "font-weight:600;fill:currentColor",
        ".h": "font-weight:600;font-size:12px",
        ".q,.s,.m": "fill:var(--quiet);font-size:12px",
        ".s": "font-size:11px",
        ".m": "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace",
        ".i": "font-style:italic",
    }
    own = "".join(
        ",".join(f".clstory {one}" for one in names.split(",")) + f"{{{rule}}}"
        for names, rule in rules.items()
    )
    font = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
    return f".clstory{{{light}{font}}}{own}@media (prefers-color-scheme:dark){{.clstory{{{dark}}}}}"


_ARROWS = ("paid", "fee", "back")
