"""Ray: processes on the machines of a cluster. Nothing else of ours knows of it.

Ray brings lines of text to its workers and back, and the packed course once to each machine.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from autograder.cluster.process import NodeProcess
from autograder.errors import MachineryError, UsageError
from autograder.sandbox.gpu import VISIBLE, hide, visible

CLOSE_SECONDS = 15.0


class Lost(Exception):
    """A process or its machine has died, or cannot be reached; the text says what Ray knows."""


class RayNode:
    """A process somewhere in the cluster, once Ray has found room for it; it answers one question at a time."""

    def __init__(self, ray: ModuleType, actor: Any) -> None:
        self.ray, self.actor = ray, actor
        self.pending: Any = actor.ask.remote()  # its report
        self.is_there = False  # as far as anybody has heard of it

    def ask(self, order: str = "") -> None:
        """Give an order, or none; the answer is its next line."""
        self.pending = self.actor.ask.remote(order)

    def answer(self) -> str:
        """The line that `RayNodes.wait` has waited for. Raises `Lost`."""
        try:
            line = str(self.ray.get(self.pending))
            self.is_there = True
            return line
        except self.ray.exceptions.RayError as error:
            self.is_there = False
            reason = getattr(error, "cause", None) or error
            raise Lost(str(reason).strip().partition("\n")[0]) from None


class RayNodes:
    """The cluster that RAY_ADDRESS names or that runs on this machine; if there is none, one of this machine alone.

    Raises `UsageError` if Ray is not installed, `MachineryError` if the cluster cannot be reached.
    """

    def __init__(self) -> None:
        if find_spec("ray") is None:
            raise UsageError("extra-missing", what="--engine ray", package="Ray", install="convgrade[ray]")
        # Nothing about a class, not even its size, is told to Ray's authors.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        self._show_gpus()  # Ray counts those that it can lend, if it starts here
        self.ray = import_module("ray")
        try:
            self.ray.init(logging_level=logging.ERROR, log_to_driver=False, include_dashboard=False)
        except Exception as error:  # Ray says it in many ways, a bare Exception among them
            reason = str(error).strip().partition("\n")[0]
            raise MachineryError("ray-failed", reason=reason) from error
        finally:
            hide()
        self.course: Any = None

    def ship(self, course: bytes) -> None:
        """Lay the packed course ready, for all that are started from now on."""
        self.course = self.ray.put(course)

    def count(self, resource: str) -> float:
        """How many there are in the cluster: of "CPU" or "GPU"."""
        return float(self.ray.cluster_resources().get(resource, 0))

    def start(self, setup: str, gpu: float) -> RayNode:
        """A process with a core and this share of a GPU, where and when there is room."""
        remote = self.ray.remote(num_cpus=1, num_gpus=gpu, max_restarts=0, max_task_retries=0)(NodeProcess)
        return RayNode(self.ray, remote.remote(setup, self.course))

    def wait(self, nodes: Collection[RayNode], seconds: float) -> RayNode | None:
        """One that has an answer or is lost; None if there is none in this time."""
        by_answer = {node.pending: node for node in nodes}
        ready, _rest = self.ray.wait(list(by_answer), num_returns=1, timeout=seconds)
        return by_answer[ready[0]] if ready else None

    def close(self, nodes: Collection[RayNode]) -> None:
        """End these processes, those that are lost or still wait for room without waiting for them."""
        ending = [node.actor.close.remote() for node in nodes if node.is_there]
        if ending:
            self.ray.wait(ending, num_returns=len(ending), timeout=CLOSE_SECONDS)
        for node in nodes:
            self.ray.kill(node.actor)

    def leave(self) -> None:
        self.ray.shutdown()

    def _show_gpus(self) -> None:
        os.environ.pop(VISIBLE, None)
        if (asked := visible()) is not None:
            os.environ[VISIBLE] = asked
