"""The lengths of blocks, by version of the schema."""

import struct

import pytest

from orderlists_simulator import SbeSettings
from orderlists_simulator._sbe.messages import MESSAGES
from orderlists_simulator._sbe.writer import SbeWriter
from sbe_frames import header_of

# Computed from the published schemas: 3:0 to 3:5.
TABLE = """
WebSocketResponse                                      3   3   3   3   3   3
WebSocketResponse.rateLimits                          19  19  19  19  19  19
ErrorResponse                                         18  18  18  18  18  18
CancelOrderResponse                                  126 137 137 137 137 137
CancelOrderListResponse                               21  21  21  21  21  21
CancelOrderListResponse.orders                         8   8   8   8   8   8
CancelOrderListResponse.orderReports                 124 135 135 135 135 135
NewOrderListAckResponse                               19  19  19  19  19  19
NewOrderListAckResponse.orders                         8   8   8   8   8   8
NewOrderListAckResponse.orderReports                  24  24  24  24  24  24
NewOrderListResultResponse                            21  21  21  21  21  21
NewOrderListResultResponse.orders                      8   8   8   8   8   8
NewOrderListResultResponse.orderReports              140 151 151 152 152 152
NewOrderListFullResponse                              21  21  21  21  21  21
NewOrderListFullResponse.orders                        8   8   8   8   8   8
NewOrderListFullResponse.orderReports                140 151 151 152 152 152
NewOrderListFullResponse.orderReports.fills           42  42  42  42  42  42
NewOrderListFullResponse.orderReports.preventedMatches 40 40  40  40  40  40
OrderListResponse                                     19  19  19  19  19  19
OrderListResponse.orders                               8   8   8   8   8   8
OrderListsResponse                                     0   0   0   0   0   0
OrderListsResponse.orderLists                         19  19  19  19  19  19
OrderListsResponse.orderLists.orders                   8   8   8   8   8   8
OrderResponse                                        151 162 162 162 163 163
ListStatusEvent                                       27  29  29  29  29  29
ListStatusEvent.orders                                 8   8   8   8   8   8
ExecutionReportEvent                                 268 281 281 282 282 282
EventStreamTerminatedEvent                             8  10  10  10  10  10
ServerShutdownEvent                                    8   8   8   8   8   8
UserDataStreamSubscribeResponse                        0   2   2   2   2   2
WebSocketSessionLogonResponse                         26  26  26  26  26  26
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
LENGTHS = {name: [int(each) for each in numbers] for name, *numbers in ROWS}
VERSIONS = range(6)
SINCE = {"ServerShutdownEvent": 3, "WebSocketSessionSubscriptionsResponse": 1}
# One entry of each outer group, and none of the inner ones.
ENTRY: dict[str, list[dict[str, object]]] = {"..": [{}], "orderReports": [{}]}


def before(name: str, version: int) -> int:
    """Return how many bytes are between the root block and the dimension of a group."""
    message, _, group = name.partition(".")
    reports = f"{message}.orderReports"
    if group == "orderReports":
        return 4
    if group == "orderLists.orders":
        return 6 + LENGTHS[f"{message}.orderLists"][version]
    if group == "orderReports.fills":
        return 4 + 4 + LENGTHS[reports][version]
    return 4 + 4 + LENGTHS[reports][version] + 6 if group.startswith("orderReports.") else 0


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", LENGTHS)
def test_a_block_has_the_length_of_its_version(name: str, version: int) -> None:
    message, _, group = name.partition(".")

    frame = SbeWriter(SbeSettings(), version).message(message, ENTRY)

    header, length = header_of(frame), LENGTHS[name][version]
    if SINCE.get(message, 0) > version:
        assert (header.template, header.block) == (999, 0)
    elif group:
        at = 8 + header.block + before(name, version)
        assert struct.unpack_from("<H", frame, at) == (length,)
    else:
        assert header.block == length


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MESSAGES)
def test_the_header_names_the_template_and_the_version(name: str, version: int) -> None:
    header = header_of(SbeWriter(SbeSettings(), version).message(name, {}))

    expected = MESSAGES[name].template if SINCE.get(name, 0) <= version else 999
    assert (header.template, header.schema, header.version) == (expected, 3, version)
