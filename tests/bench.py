"""Speed and peak memory of import and audit, beside plain spaCy tokenisation of the same messages in the same run.

    make bench                       100,000 messages
    make bench MESSAGES=1000000      any other number

The bundled chats are repeated with changed ids until the messages are reached. Every stage runs in a process of its
own, so that each peak is its own; figures are ratios to the tokenisation, because machines differ and are noisy.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import orjson
import psutil

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "contact_centre"

TOKENISE = """
import sys, time, orjson, spacy
texts = [m["text"] for line in open(sys.argv[1], "rb") for m in orjson.loads(line)["messages"]]
nlp = spacy.blank("en")
start = time.perf_counter()
for text in texts:
    nlp.tokenizer(text)
print(time.perf_counter() - start)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=100_000)
    messages = parser.parse_args().messages
    with tempfile.TemporaryDirectory() as folder:
        chats = Path(folder) / "chats.jsonl"
        written = repeat_fixtures(chats, messages)
        fairhear = [sys.executable, "-m", "pipeline.cli"]
        store = ["--store", f"sqlite:///{folder}/bench.db"]
        tokenising = float(
            subprocess.run([sys.executable, "-c", TOKENISE, chats], check=True, capture_output=True).stdout
        )
        stages = {
            "import": [*fairhear, "import", str(chats), *store],
            "audit (already imported)": [*fairhear, "audit", str(chats), *store, "--out", f"{folder}/site"],
            "audit, import included": [
                *fairhear,
                "audit",
                str(chats),
                "--store",
                f"sqlite:///{folder}/2.db",
                "--out",
                f"{folder}/2",
            ],
        }
        print(f"{written:,} messages, {chats.stat().st_size / 1e6:.0f} MB")
        print(f"{'stage':28}{'seconds':>10}{'messages/s':>12}{'× tokenising':>14}{'peak MB':>9}")
        print(f"{'spacy.blank(en) tokenising':28}{tokenising:10.1f}{written / tokenising:12,.0f}{1:14.1f}")
        for name, command in stages.items():
            seconds, peak = measured(command)
            print(
                f"{name:28}{seconds:10.1f}{written / seconds:12,.0f}{seconds / tokenising:14.1f}{peak:9.0f}", flush=True
            )


def repeat_fixtures(path: Path, messages: int) -> int:
    """Write the bundled chats over and over, with ids of their own, until there are enough messages."""
    chats = [orjson.loads(line) for file in sorted(FIXTURES.glob("*.jsonl")) for line in file.read_bytes().splitlines()]
    written = 0
    with path.open("wb") as file:
        for round_ in count():
            for chat in chats:
                if written >= messages:
                    return written
                file.write(orjson.dumps(chat | {"id": f"{chat['id']}-{round_}"}) + b"\n")
                written += len(chat["messages"])
    raise AssertionError("unreachable")


def measured(command: list[str]) -> tuple[float, float]:
    """Seconds, and peak resident memory in MB, of a command."""
    start = time.perf_counter()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)
    if process.wait() not in {0, 1}:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - start, peak / 1e6


if __name__ == "__main__":
    main()
