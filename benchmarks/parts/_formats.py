"""What the results call the formats that decode the same reply."""

from __future__ import annotations

from typing import Final

BY_FORMAT: Final = "seed's reply, by each format"
IN_JSON: Final = "Json()"
IN_ORJSON: Final = "Json(parser=orjson.loads)"
IN_SBE: Final = "Sbe()"
