"""Secret tokens: what opens a link, a session or an account for whoever holds it.

A token is the body of the id of what it opens, which tells where to look, and 160 bits of chance,
which are what counts. Of most only a digest is kept, salted with the id: who reads the database
can open nothing. Ids alone authorise nothing.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from hmac import compare_digest

from connectlib.core.drafts import encode
from connectlib.core.ids import BODY, RANDOM

#: Letters of chance in a token: 5 bits each.
SECRET = 2 * RANDOM
#: So many tokens of one object may be valid beside each other: one for each repeat of a request.
DIGESTS_MAX = 8


def token(id_: str, secret: str) -> str:
    """The token of an object: the body of its id, and its secret."""
    return id_.partition("_")[2] + secret


def split(text: str, prefix: str) -> tuple[str, str] | None:
    """(id of what a token opens, its secret); None for a text that is no token.

    text: the token, or a URL that ends in it.
    """
    last = text.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]
    if len(last) != BODY + SECRET or not last.isascii() or not last.isalnum():
        return None
    return f"{prefix}_{last[:BODY]}", last[BODY:]


def digest(id_: str, secret: str) -> str:
    """What is kept of a secret: 256 bits of BLAKE2b, salted with the id, in hexadecimal digits."""
    salt = blake2b(id_.encode(), digest_size=blake2b.SALT_SIZE).digest()
    return blake2b(secret.encode(), digest_size=32, salt=salt).hexdigest()


def first(id_: str, secret: str) -> str:
    """The digests of a new object: JSON of a list of one."""
    return encode([digest(id_, secret)])


def more(digests: str, id_: str, secret: str) -> str:
    """The digests with one more; where there are too many the oldest is forgotten."""
    return encode([*json.loads(digests), digest(id_, secret)][-DIGESTS_MAX:])


def fits(digests: str, id_: str, secret: str) -> bool:
    """Whether a secret is one of those kept. It takes as long whichever it is."""
    mine = digest(id_, secret)
    found = [compare_digest(mine, each) for each in json.loads(digests)]
    return any(found)
