"""Measures the workers of back end hf, and others beside them; measure.sh says how to call it.

It speaks the worker's own protocol, so that what is measured is what a trial gets.
"""
from __future__ import annotations

import argparse
import pathlib
import shutil
import subprocess
import sys
import time
from typing import Any

import asking
import peers
import together
from rig import BATCH_ROWS, SHAPES, Worker, build, goal, machine, recipe, rows_of

ANSWERS, ANSWER_TOKENS = 128, 128


def train(worker: Worker, rows: list[dict[str, str]], packed: bool, work: pathlib.Path) -> dict[str, float]:
    """The first update warms up and is not in the rate."""
    steps, start, memory = [], 0.0, 0
    for seconds, event in worker.job(op="train", recipe=recipe(packed), rows=rows, seed=1, dir=str(work / "adapter"), name="random"):
        if event["event"] == "step":
            start = start or seconds - event["seconds"]
            steps.append(event)
        elif event["event"] == "diverged":
            sys.exit(f"measure: the training diverged: {event['message']}")
        else:
            memory = event["memory"]
    tokens, seconds = steps[-1]["tokens"] - steps[0]["tokens"], steps[-1]["seconds"] - steps[0]["seconds"]
    return {"rate": tokens / seconds, "start": start, "memory": memory, "row": steps[-1]["tokens"] / len(rows)}


def generate(worker: Worker, adapter: pathlib.Path, count: int) -> tuple[float, float]:
    tokens, memory, seconds = 0, 0, 0.0
    prompts = [f"What is {i} + {i}? Think about it step by step." for i in range(count)]
    for seconds, event in worker.job(op="generate", adapter=str(adapter), prompts=prompts, context=8192,
                                     temperature=1.0, top_p=1.0, max_tokens=ANSWER_TOKENS, seed=1):
        tokens += event.get("tokens", 0)
        memory = event.get("memory", memory)
    return tokens / seconds, memory


def measure(args: argparse.Namespace, shape: str, peak: float) -> None:
    from transformers import AutoTokenizer

    folder = args.model or args.work / shape
    if not args.model:
        subprocess.run([sys.executable, __file__, "--build", shape, "--tokenizer", args.tokenizer, "--work", folder, "--device", args.device], check=True)
    tokenizer = AutoTokenizer.from_pretrained(args.tokenizer)
    begin = time.perf_counter()
    worker = Worker(sys.executable, args.worker, folder, args.device, args.precision)
    cold, size, first = time.perf_counter() - begin, worker.ready["parameters"], True
    print(f"\n{shape}: {size / 1e6:,.1f} million parameters; a cold start takes {cold:.1f} s\n", flush=True)
    print("| rows | packed | tokens/s | TFLOP/s (4N) | utilisation | start of the training, s | peak memory, GiB |")
    print("|---:|---|---:|---:|---:|---:|---:|")
    for length in (400, 800):
        for packed in (False, True):
            m = train(worker, rows_of(tokenizer, length, args.updates * BATCH_ROWS), packed, args.work)
            flops = 4 * size * m["rate"]
            share = "-"
            if peak:
                share = goal(flops / peak, 0.45 if packed else 0.35) if length == 800 else f"{100 * flops / peak:.1f} %"
            start = f"{m['start']:.2f}" + ("" if first else f" (goal 3: {'met' if m['start'] < 3 else 'missed'})")
            first = False
            print(f"| {m['row']:.0f} tokens | {'yes' if packed else 'no'} | {m['rate']:.0f} | {flops / 1e12:.3f} | {share} | {start} | {m['memory'] / 2**30:.1f} |", flush=True)
    for count in (1, 8, ANSWERS):
        rate, memory = generate(worker, args.work / "adapter", count)
        print(f"\ngeneration, {count} side by side with an adapter: {rate:.0f} tokens/s, peak memory {memory / 2**30:.1f} GiB", flush=True)
    worker.close()
    together.measure(args, tokenizer, folder, size, peak)
    peers.measure(args, folder, together.mixed(tokenizer, args.updates * BATCH_ROWS))
    asking.measure(args, folder, args.trials)
    if not args.model:
        shutil.rmtree(folder)


def main() -> None:
    flags = argparse.ArgumentParser()
    flags.add_argument("--shape", dest="shapes", action="append", choices=SHAPES)
    flags.add_argument("--build", choices=SHAPES)
    flags.add_argument("--worker", type=pathlib.Path)
    flags.add_argument("--tokenizer", type=pathlib.Path)
    flags.add_argument("--work", type=pathlib.Path)
    flags.add_argument("--device", choices=("cpu", "cuda"))
    flags.add_argument("--precision", choices=("bf16", "float32"))
    flags.add_argument("--updates", type=int)
    flags.add_argument("--items", type=int)
    flags.add_argument("--trials", type=int)
    flags.add_argument("--model", type=pathlib.Path)
    for peer in ("--llamafactory", "--unsloth", "--automodel", "--vllm"):
        flags.add_argument(peer)
    args = flags.parse_args()
    if args.build:
        build(args.build, args.tokenizer, args.work, args.device)
        return
    described, peak = machine(sys.executable, args.device)
    print(f"{described}, {args.precision}")
    args.batch_rows = BATCH_ROWS
    for shape in [args.model.name] if args.model else args.shapes:
        measure(args, shape, peak)


if __name__ == "__main__":
    main()
