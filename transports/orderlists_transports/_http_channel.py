"""The way to the exchange for protocols in which every request has a response of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from attrs import frozen

from orderlists import Banned, InvalidSetting, RateLimited
from orderlists._protocols.rate_limit_headers import usage_of
from orderlists_transports._dialogue import told

if TYPE_CHECKING:
    from orderlists._clock import ClockReading
    from orderlists._execution.commands import Ready, Send, Watch
    from orderlists.extending import HttpProtocol, HttpRequest, HttpResponse
    from orderlists_transports._contract import AsyncHttpTransport, HttpTransport
    from orderlists_transports._dialogue import Dialogue


@frozen
class _Conversation:
    """What both ways have: requests written, responses read."""

    dialogue: Dialogue
    protocol: HttpProtocol

    def write(self, command: Send) -> HttpRequest:
        self.dialogue.check(command.at)
        timestamp = self.protocol.time_unit.from_nanoseconds(command.at.server)
        return self.protocol.encode(command.request, key=self.dialogue.key, timestamp=timestamp)

    def read(self, command: Send, response: HttpResponse) -> object:
        self.dialogue.take_down(usage_of(response))
        try:
            return self.protocol.decode(command.request, response)
        except (RateLimited, Banned) as error:
            self.dialogue.hold(error)
            raise

    def now(self) -> ClockReading:
        return self.dialogue.now()

    def refuse_events(self) -> NoReturn:
        rule = "must be one with events, such as WebSocketApi(), to watch them"
        raise InvalidSetting(field="protocol", value=self.protocol, rule=rule)


class HttpChannel:
    """Carries requests over an HTTP transport."""

    def __init__(
        self, dialogue: Dialogue, protocol: HttpProtocol, transport: HttpTransport
    ) -> None:
        self._conversation = _Conversation(dialogue, protocol)
        self._transport = transport

    def ready(self, _: Ready) -> ClockReading:
        """Return what time it is: there is nothing to get ready."""
        return self._conversation.now()

    def send(self, command: Send) -> object:
        """Return what came back: a result, or an error."""
        conversation = self._conversation
        message = conversation.write(command)
        seconds = conversation.dialogue.seconds_for(command)
        try:
            return conversation.read(command, self._transport.send(message, timeout=seconds))
        except BaseException as error:  # noqa: BLE001 - thrown into the call, which lets it pass
            return told(error)

    def watch(self, _: Watch) -> None:
        """Return nothing: there are no events."""

    def watched(self) -> NoReturn:
        """Refuse: there are no events."""
        self._conversation.refuse_events()

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()

    def __str__(self) -> str:
        return self._conversation.dialogue.over(self._transport)


class AsyncHttpChannel:
    """Carries requests over an asynchronous HTTP transport."""

    def __init__(
        self, dialogue: Dialogue, protocol: HttpProtocol, transport: AsyncHttpTransport
    ) -> None:
        self._conversation = _Conversation(dialogue, protocol)
        self._transport = transport

    async def ready(self, _: Ready) -> ClockReading:
        """Return what time it is: there is nothing to get ready."""
        return self._conversation.now()

    async def send(self, command: Send) -> object:
        """Return what came back: a result, or an error."""
        conversation = self._conversation
        message = conversation.write(command)
        seconds = conversation.dialogue.seconds_for(command)
        try:
            response = await self._transport.asend(message, timeout=seconds)
            return conversation.read(command, response)
        except BaseException as error:  # noqa: BLE001 - thrown into the call, which lets it pass
            return told(error)

    async def watch(self, _: Watch) -> None:
        """Return nothing: there are no events."""

    def watched(self) -> NoReturn:
        """Refuse: there are no events."""
        self._conversation.refuse_events()

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()

    def __str__(self) -> str:
        return self._conversation.dialogue.over(self._transport)
