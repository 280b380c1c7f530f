"""What the stories of reconciliation are told with."""

from __future__ import annotations

from connectlib.adapters.processors.scripted import ScriptedProcessor
from connectlib.core.moments import DAY, SECOND
from tests.engines import HandClock

ALWAYS = 2**62
USD = {"currency": "usd", "source": "tok_visa"}


class Listing(ScriptedProcessor):
    """A scripted processor whose list a story writes over: drops, adds, other amounts and dates."""

    def __init__(self, *words, **more):
        super().__init__(words, **more)
        self.edits = []
        self.asked = []

    def taken(self, since, until):
        self.asked.append((since, until))
        entries = list(self._books.between(0, ALWAYS))
        for edit in self.edits:
            entries = edit(entries)
        return [one for one in entries if since <= one.created < until]

    def dated(self, key, created):
        """List an entry at another moment."""
        self.edits.append(
            lambda found: [
                one._replace(created=created) if one.key == key else one for one in found
            ]
        )


class Later(HandClock):
    """A wall clock on which every lease has run out when it is looked at again."""

    def now(self):
        self.pass_leases()
        return self.at


def period(connect, start, *, days=1, skip=0):
    """The report of some days from the start of the story."""
    first = start + skip * DAY
    edges = (first // SECOND, (first + days * DAY) // SECOND)
    return connect.reconciliation.run(since=edges[0], until=edges[1])


def differences(report):
    return [(one.what, one.key) for one in report.differences]


def keys(lines):
    return [one.key for one in lines]


def lost(call, **words):
    """Call; the answer is lost, so the outcome is under way."""
    made = call(**words)
    assert made.status == "pending"
    return made
