"""One process that offers both audits: a Prefect API of its own unless one is configured, and the deployments on it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.settings import Settings

_HOST = "127.0.0.1"
_START_WITHIN = 180  # seconds: the first start lays Prefect's database out, which took 26 s on two cores


class ServeError(RuntimeError):
    """The API did not come up; says what to try."""


def serve(settings: Settings, *, config: Path | None, port: int) -> None:
    """Serve the nightly and the ad-hoc audit until stopped with Ctrl-C.

    `config` is handed to every run, which reads its settings anew. `port` is that of the embedded API; PREFECT_API_URL
    names another API to use instead.
    """
    parameters = {"config": str(config)} if config else {}
    with ExitStack() as stack:
        if not os.environ.get("PREFECT_API_URL"):
            stack.enter_context(embedded_api(port))
        # Prefect reads its settings when it is imported, so it is imported when they are set.
        from prefect import serve as serve_deployments  # noqa: PLC0415
        from prefect.schedules import Cron  # noqa: PLC0415
        from prefect.types.entrypoint import EntrypointType  # noqa: PLC0415

        from pipeline.flows.audits import ad_hoc_audit, nightly_audit  # noqa: PLC0415

        nightly: Any = nightly_audit.to_deployment(
            "nightly",
            schedule=Cron(settings.nightly.cron, timezone=settings.time_zone),
            concurrency_limit=1,
            parameters=parameters,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        ad_hoc: Any = ad_hoc_audit.to_deployment(
            "ad-hoc", parameters=parameters, entrypoint_type=EntrypointType.MODULE_PATH
        )
        serve_deployments(nightly, ad_hoc)


@contextmanager
def embedded_api(port: int) -> Iterator[str]:
    """A Prefect API and page in a child process, on loopback, that reports to nobody; yields its address."""
    url = f"http://{_HOST}:{port}/api"
    os.environ |= {"PREFECT_API_URL": url, "PREFECT_SERVER_UI_API_URL": url}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", _HOST, "--port", str(port)]
    command.append("--analytics-off")
    log = Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser() / "fairhear-server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603 - our own interpreter
        try:
            _wait_for(url, server, log)
            print(f"Prefect's page: http://{_HOST}:{port}", flush=True)  # noqa: T201 - what the user came for
            yield url
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    import httpx  # noqa: PLC0415 - comes with Prefect

    give_up = time.monotonic() + _START_WITHIN
    while time.monotonic() < give_up:
        if server.poll() is not None:
            break
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/health", timeout=2).is_success:
                return
        time.sleep(0.5)
    raise ServeError(f"Prefect's API did not come up at {url}; its log is {log}. Is the port taken?")
