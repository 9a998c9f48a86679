"""Tasks whose failure stops the node: there is no half-running validator."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any


class Supervisor:
    """Holds the first failure. Whoever runs the node waits for `failure`."""

    def __init__(self) -> None:
        self._failure: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self._own = Tasks(self)

    @property
    def has_failed(self) -> bool:
        """True from the first failure on; nothing may be signed or sent any more."""
        return self._failure.done()

    async def failure(self) -> BaseException:
        """Wait for the first failure and return it."""
        return await asyncio.shield(self._failure)

    def fail(self, error: BaseException) -> None:
        """Stop the node because of an error; later ones follow from the first."""
        if not self._failure.done():
            self._failure.set_result(error)

    def spawn(self, work: Coroutine[Any, Any, object]) -> None:
        """Run something beside everything else."""
        self._own.spawn(work)

    def group(self) -> "Tasks":
        """Return a group of tasks that are cancelled together."""
        return Tasks(self)

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Run a callback of the event loop, whose errors nobody else would hear of."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the one boundary: any bug stops the node
            self.fail(error)

    async def close(self) -> None:
        """Cancel everything that was spawned and wait for its end."""
        await self._own.close()


class Tasks:
    """Tasks that are cancelled together."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._tasks: set[asyncio.Task[object]] = set()

    def spawn(self, work: Coroutine[Any, Any, object]) -> None:
        """Run something; its failure is the node's."""
        task: asyncio.Task[object] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finish)

    def cancel(self) -> None:
        """Cancel all tasks but the one that asks for it."""
        own = asyncio.current_task()
        for task in self._tasks:
            if task is not own:
                task.cancel()

    async def close(self) -> None:
        """Cancel all tasks and wait for their end."""
        self.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _finish(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._supervisor.fail(error)
