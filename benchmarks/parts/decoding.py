"""Reading a reply: ours beside parsing alone, and beside what else makes types of JSON.

The replies take turns: each has prices, times and ids of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import cattrs
import orjson

from benchmarks import binary
from benchmarks.exchange import ERROR, SYMBOL, headers
from benchmarks.operations import CANCEL, as_sent_today, bodies_of, cancel_reply
from benchmarks.parts._duel import Act, duel
from benchmarks.parts._formats import BY_FORMAT, IN_JSON, IN_ORJSON, IN_SBE
from benchmarks.parts._models import CattrsReply, PydanticReply
from orderlists import CancelOrderList, Json, OrderListsError, Rest, Sbe, TimeUnit
from orderlists.extending import Format, HttpResponse

_REQUEST = CancelOrderList(symbol=SYMBOL, order_list_id=0)
_HEADERS = headers()


def measure(rounds: int) -> dict[str, Any]:
    """Return the costs of each kind of reply."""
    return {
        "seed's reply": _replies(bodies_of(cancel_reply), rounds),
        "3 legs, every field": _replies(bodies_of(partial(cancel_reply, legs=3)), rounds),
        BY_FORMAT: _formats(rounds),
        "error": _errors(rounds),
    }


def _replies(replies: list[bytes], rounds: int) -> dict[str, Any]:
    converter = cattrs.Converter()
    # All that its defaults lack for this reply.
    converter.register_structure_hook(Decimal, lambda value, _: Decimal(value))
    acts: dict[str, Act] = {
        "json.loads": lambda number: json.loads(replies[number]),
        "orjson.loads": lambda number: orjson.loads(replies[number]),
        "orderlists": _decode(Rest(), replies),
        "orderlists + orjson": _decode(Rest(format=Json(parser=orjson.loads)), replies),
        "pydantic v2": lambda number: PydanticReply.model_validate_json(replies[number]),
        "cattrs, json": lambda number: converter.structure(
            json.loads(replies[number]), CattrsReply
        ),
        "cattrs, orjson": lambda number: converter.structure(
            orjson.loads(replies[number]), CattrsReply
        ),
    }
    results = duel(acts, floor="json.loads", rounds=rounds)
    quick = duel(
        {name: acts[name] for name in ("orjson.loads", "orderlists + orjson")},
        floor="orjson.loads",
        rounds=rounds,
    )
    results["orderlists + orjson"]["ratio_to_orjson"] = quick["orderlists + orjson"]["ratio"]
    return {"floor": "json.loads", "results": results}


def _formats(rounds: int) -> dict[str, Any]:
    def reply(number: int) -> dict[str, Any]:
        return as_sent_today(cancel_reply(number))

    in_json = _responses(bodies_of(reply))
    in_sbe = _responses(binary.bodies_of(CANCEL.method, reply), binary.MEDIA_TYPE)
    acts: dict[str, Act] = {
        IN_JSON: _decode_by(Json(), in_json),
        IN_ORJSON: _decode_by(Json(parser=orjson.loads), in_json),
        IN_SBE: _decode_by(Sbe(), in_sbe),
    }
    first, *others = [act(7) for act in acts.values()]
    if any(each != first for each in others):
        raise RuntimeError("the formats read different values")
    return {"floor": IN_JSON, "results": duel(acts, floor=IN_JSON, rounds=rounds)}


def _errors(rounds: int) -> dict[str, Any]:
    response = HttpResponse(400, _HEADERS, ERROR)
    rest = Rest()

    def decode(_: int) -> object:
        try:
            return rest.decode(_REQUEST, response)
        except OrderListsError as error:
            return error

    acts: dict[str, Act] = {"json.loads": lambda _: json.loads(ERROR), "orderlists": decode}
    return {"floor": "json.loads", "results": duel(acts, floor="json.loads", rounds=rounds)}


def _responses(bodies: list[bytes], *media_type: str) -> list[HttpResponse]:
    return [HttpResponse(200, headers(*media_type), body) for body in bodies]


def _decode_by(form: Format, responses: list[HttpResponse]) -> Callable[[int], object]:
    shape = _REQUEST.operation.result
    return lambda number: form.decode(responses[number], shape, TimeUnit.MILLISECOND)


def _decode(rest: Rest, replies: list[bytes]) -> Callable[[int], object]:
    responses = _responses(replies)
    return lambda number: rest.decode(_REQUEST, responses[number])
