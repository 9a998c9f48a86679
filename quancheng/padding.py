"""Sizes that tell nothing: content is filled up before it is sealed.

The size of an envelope's content stands on chain. One person's record has the same size each time,
and seldom that of another's: unfilled, it would link two matters of one person.
"""

import json
from collections.abc import Mapping

from chaincode.fields import Json

STEP = 1_024
"""Sizes are multiples of this; take more where records differ by more."""
_BLANK = b" "


def padded_json(content: Mapping[str, Json], step: int = STEP) -> bytes:
    """Return canonical JSON, filled with blanks, which every reader of JSON ignores."""
    assert step > 0
    text = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    return text + _BLANK * (-len(text) % step)
