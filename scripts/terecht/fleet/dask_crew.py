"""The work done by a Dask cluster: the same batches, on machines that see the same files under the same paths.

For those who outgrow one machine (``pip install 'terecht[dask]'``); docs/decisions.md says from how many sites it pays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from distributed import Client, as_completed

from terecht.findings import Finding, Refused, Unusable
from terecht.fleet.crew import Batch, OtherInputsError, build_batch
from terecht.inputs import Inputs
from terecht.project import Outcome, Project
from terecht.publish import Outlet

_WAIT = "15s"


class DaskCrew:
    """The workers of a cluster. Raises :class:`Unusable` when nobody answers at the address."""

    def __init__(self, address: str, project: Project, shared: Inputs, outlet: Outlet) -> None:
        self.project = project
        self.shared = shared
        self.outlet = outlet
        try:
            self._client = Client(address, timeout=_WAIT, set_as_default=False)
        except (OSError, ValueError) as error:
            message = f"no Dask scheduler answers at {address}"
            raise Unusable(message, "is it running, and is the address right?") from error
        if not self._client.scheduler_info()["workers"]:
            self._client.close()
            raise Unusable(f"the Dask scheduler at {address} has no workers", "start 'dask worker' with its address")

    def outcomes(self, batches: Sequence[Batch]) -> Iterator[list[Outcome]]:
        """What became of each batch, in the order in which they are ready. One whose worker dies goes to another."""
        asked = self.project, self.shared.digest, self.outlet
        try:
            running = {self._client.submit(build_batch, *asked, batch, pure=False): batch for batch in batches}
            for future in as_completed(running, loop=self._client.loop):
                error = future.exception()
                if isinstance(error, OtherInputsError):
                    help_ = "give all machines the same project and libraries"
                    raise Unusable(f"a Dask worker has other files: {error}", help_) from error
                if isinstance(error, Refused):
                    raise error
                yield future.result() if error is None else [_lost(order.id, error) for order in running[future]]
        finally:
            self._client.close()


def _lost(organisation: str, error: BaseException) -> Outcome:
    help_ = "look at the worker's own log, and build again"
    message = f"a Dask worker did not build it: {type(error).__name__}"
    return Outcome(organisation, "failed", (Finding(organisation, 1, 1, "T090", message, help_),))
