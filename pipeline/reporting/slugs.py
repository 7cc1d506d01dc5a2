"""Folder names for agents: safe on every file system, unique, readable where the id is."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_LONGEST = 40
_AS_IT_IS = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LIKE_ALTERED = re.compile(r".*-[0-9a-f]{8}")
# Windows keeps these names for devices, with any extension.
_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d")


def slug(agent_id: str) -> str:
    """A folder name; two different ids never share one, not even where case does not count.

    A plain id stays as it is. Any other becomes its readable part and eight signs of its hash, an ending that plain
    ids are not allowed to have.
    """
    plain = _AS_IT_IS.fullmatch(agent_id) and len(agent_id) <= _LONGEST
    if plain and not _LIKE_ALTERED.fullmatch(agent_id) and not _DEVICES.fullmatch(agent_id):
        return agent_id
    folded = unicodedata.normalize("NFKC", agent_id).casefold()
    readable = "".join(sign if sign.isalnum() else "-" for sign in folded)
    readable = re.sub("-+", "-", readable)[:_LONGEST].strip("-") or "agent"
    return f"{readable}-{hashlib.sha256(agent_id.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
