"""Measures several trials that are trained in one pass (batch_trials) against one alone:
tokens/s, trials an hour and losses, by the worker that such trials get."""
from __future__ import annotations

import pathlib
import sys
from typing import Any

from rig import BATCH_ROWS, Worker, goal, recipe, rows_of

TRIALS = (1, 2, 4, 8)  # in a pass; the goal is for eight
LENGTHS = (60, 500)  # tokens of a row, of all lengths between


def mixed(tokenizer: Any, count: int) -> list[dict[str, str]]:
    """Rows of many lengths, as a trial has them."""
    least, most = LENGTHS
    return [rows_of(tokenizer, least + i * 97 % (most - least + 1), i + 1)[-1] for i in range(count)]


def program(worker: pathlib.Path, work: pathlib.Path) -> pathlib.Path:
    """The worker for several trials, as batch.go makes it of worker.py and batch.py."""
    path = work / "batch.py"
    path.write_text(worker.read_text().partition("\ndef versions()")[0] + "\n\n" + (worker.parent / "batch.py").read_text())
    return path


def train(worker: Worker, rows: list[dict[str, str]], n: int, packed: bool, work: pathlib.Path) -> dict[str, float]:
    """Trains n trials on the rows. The first round warms up and is not in the rate."""
    trials = [dict(recipe=recipe(packed), rows=rows, seed=k + 1, dir=str(work / f"adapter-{k}"), name="random") for k in range(n)]
    job = dict(trials[0], op="train") if n == 1 else dict(op="train_many", job=1, trials=trials)
    steps, first, last = [], [], 0.0
    memory, begun = 0, 0.0
    for seconds, event in worker.job(**job):
        if event["event"] == "step":
            steps.append(event)
            if event["step"] == 1:
                first.append(event)
                begun = seconds
            last = seconds
        elif event["event"] == "diverged" or event.get("why") == "diverged":
            sys.exit(f"measure: a training diverged: {event['message']}")
        memory = max(memory, event.get("memory", 0))
    tokens = {e.get("trial", 0): e["tokens"] for e in steps}
    warm = sum(e["tokens"] for e in first)
    return {"rate": (sum(tokens.values()) - warm) / (last - begun), "trial": tokens[0], "start": begun - sum(e["seconds"] for e in first),
            "memory": memory, "first": first[0]["loss"], "last": next(e["loss"] for e in reversed(steps) if e.get("trial", 0) == 0)}


def measure(args: Any, tokenizer: Any, folder: pathlib.Path, size: int, peak: float) -> None:
    """Prints the table. Adapters stay in the work folder."""
    rows = mixed(tokenizer, args.updates * BATCH_ROWS)
    worker = Worker(sys.executable, program(args.worker, args.work), folder, args.device, args.precision)
    train(worker, rows[:2 * BATCH_ROWS], 2, False, args.work)  # what is done once
    print(f"\nseveral trials in one pass (batch_trials), each of {len(rows)} rows of {LENGTHS[0]} to {LENGTHS[1]} tokens:\n", flush=True)
    print("| trials | packed | tokens/s | trials an hour | times alone | utilisation | start, s | peak memory, GiB | first and last loss |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|---|")
    rates: dict[tuple[int, bool], float] = {}
    counts = [n for n in TRIALS if n <= args.trials]
    for n in counts:
        for packed in (False, True):
            m = train(worker, rows, n, packed, args.work)
            rates[n, packed] = m["rate"]
            times = m["rate"] / rates[1, packed]
            share = "-"
            if peak:
                share = goal(4 * size * m["rate"] / peak, 0.55)
            words = f"{times:.2f}" + (f" (goal 1.8: {'met' if times >= 1.8 else 'missed'})" if n == TRIALS[-1] else "")
            start = f"{m['start']:.2f}" + (f" (goal 1: {'met' if m['start'] < 1 else 'missed'})" if n == 1 else "")
            print(f"| {n} | {'yes' if packed else 'no'} | {m['rate']:.0f} | {3600 * m['rate'] / m['trial']:.1f} | {words} | {share} | {start} | "
                  f"{m['memory'] / 2**30:.1f} | {m['first']:.4f}, {m['last']:.4f} |", flush=True)
    slower = [n for n in counts if rates[n, True] < rates[n, False]]
    print(f"\npacked against unpacked: {', '.join(f'{rates[n, True] / rates[n, False]:.2f}' for n in counts)} times as fast "
          f"(goal not slower: {'missed' if slower else 'met'})", flush=True)
    worker.close()
