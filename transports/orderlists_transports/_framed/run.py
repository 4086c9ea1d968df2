"""The execution of a generator of `orderlists._connections`, by callbacks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from orderlists._commands import Outcome

if TYPE_CHECKING:
    from orderlists._clock import ClockReading
    from orderlists._connections.commands import ConnectionCommand, Steps
    from orderlists_transports._framed.interfaces import Done

R = TypeVar("R")


class Executor(Protocol):
    """Executes commands: the driver."""

    def now(self) -> ClockReading:
        """Return the time by both clocks."""
        ...

    def execute(self, command: ConnectionCommand, run: Run[Any], /) -> None:
        """Execute a command, and resume the generator with what came of it."""
        ...


class Run(Generic[R]):
    """A generator that is executed.

    Args:
        executor: Executes its commands.
        steps: The generator.
        done: Is called with what it returns or raises.
    """

    def __init__(self, executor: Executor, steps: Steps[R], done: Done) -> None:
        self._executor = executor
        self._steps = steps
        self._done: Done | None = done
        self._leave: Callable[[], object] | None = None

    def start(self) -> None:
        """Go to the first command."""
        self._go_on(partial(next, self._steps))

    def resume(self, value: Any = None, error: BaseException | None = None) -> None:  # noqa: ANN401 - what a command gave
        """Go on with what came of the last command."""
        try:
            outcome = Outcome(value, error, self._executor.now().monotonic)
        except BaseException as bug:  # noqa: BLE001 - of the user's clock: the caller gets it
            self._go_on(partial(self._steps.throw, bug))
        else:
            self._go_on(partial(self._steps.send, outcome))

    def wait(self, leave: Callable[[], object]) -> Done:
        """Wait for the end of the command that is executed.

        Args:
            leave: Is called once, however the command ends: at its end, or before.  The run goes on
                even if it raises, which the loop reports.

        Returns:
            What to call at its end; later calls of it do nothing.
        """
        self._leave = leave

        def end(value: Any = None, error: BaseException | None = None) -> None:  # noqa: ANN401 - as above
            if self._leave is leave:
                try:
                    self._leave_command()
                finally:
                    self.resume(value, error)

        return end

    def cancel(self) -> None:
        """End the generator where it is: its caller does not wait any more."""
        self._done = None
        try:
            self._leave_command()
        finally:
            self._steps.close()

    def _leave_command(self) -> None:
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()

    def _go_on(self, step: Callable[[], ConnectionCommand]) -> None:
        done = self._done
        if done is None:
            return
        try:
            command = step()
        except StopIteration as finished:
            self._done = None
            done(finished.value, None)
        except BaseException as error:  # noqa: BLE001 - an error or a bug: the caller gets it as it is
            self._done = None
            done(None, error)
        else:
            self._execute(command)

    def _execute(self, command: ConnectionCommand) -> None:
        try:
            self._executor.execute(command, self)
        except BaseException as error:  # noqa: BLE001 - as above; or an interrupt, in process
            try:
                self._leave_command()
            finally:
                self.resume(None, error)
