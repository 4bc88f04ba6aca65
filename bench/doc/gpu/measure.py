"""Measures the worker of back end hf; measure.sh says how to call it.

It speaks the worker's own protocol, so that what is measured is what a trial gets.
"""
from __future__ import annotations

import argparse
import json
import os
import pathlib
import platform
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

# hidden size, layers, heads, key-value heads, intermediate size, vocabulary
SHAPES = {
    "tiny": (64, 2, 4, 2, 128, 1024),
    "1b": (2048, 16, 32, 8, 8192, 128256),
    "8b": (4096, 32, 32, 8, 14336, 128256),
}
PEAK = {"H100": 989e12, "H200": 989e12, "A100": 312e12}  # dense BF16 FLOP/s by a part of the device's name, as NVIDIA states
BATCH_ROWS = 16
ANSWERS, ANSWER_TOKENS = 128, 128


def build(shape: str, tokenizer: pathlib.Path, folder: pathlib.Path, device: str) -> None:
    """Saves a random Llama of the shape. In a process of its own, so that its memory is free again."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    hidden, layers, heads, kv_heads, intermediate, vocabulary = SHAPES[shape]
    config = LlamaConfig(
        hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads, num_key_value_heads=kv_heads,
        intermediate_size=intermediate, vocab_size=vocabulary, max_position_embeddings=8192, tie_word_embeddings=shape == "1b",
        bos_token_id=0, eos_token_id=4)
    torch.manual_seed(1)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device(device):
        LlamaForCausalLM(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tokenizer / name, folder / name)


class Worker:
    """A worker.py and its socket."""

    def __init__(self, python: str, program: pathlib.Path, model: pathlib.Path, device: str) -> None:
        ours, theirs = socket.socketpair()
        place = ["sh", "-c", f'exec "$@" 3<&{theirs.fileno()}', "sh"] if theirs.fileno() != 3 else []
        self.process = subprocess.Popen(
            [*place, python, str(program), "--model", str(model), "--device", device, "--precision", "bf16"],
            pass_fds=[theirs.fileno()], stdout=sys.stderr)
        theirs.close()
        self.socket, self.lines = ours, ours.makefile("r", encoding="utf-8")
        self.ready = self.event()

    def event(self) -> dict[str, Any]:
        line = self.lines.readline()
        if not line:
            sys.exit("measure: the worker ended; what it said stands above")
        return json.loads(line)

    def job(self, **job: Any) -> Iterator[tuple[float, dict[str, Any]]]:
        """The job's events, each with the seconds since it was sent."""
        begin = time.perf_counter()
        self.socket.sendall(json.dumps(job).encode() + b"\n")
        while True:
            event = self.event()
            yield time.perf_counter() - begin, event
            if event["event"] == "done":
                return

    def close(self) -> None:
        self.lines.close()
        self.socket.close()
        self.process.wait()


def rows_of(tokenizer: Any, length: int, count: int) -> list[dict[str, str]]:
    """Rows of about length tokens, the chat's frame among them: half prompt, half answer."""
    word = tokenizer.encode(" number", add_special_tokens=False)
    words = max(1, (length - 16) // len(word))
    return [{"prompt": f"{i}" + " number" * (words // 2), "output": " number" * (words - words // 2)} for i in range(count)]


def train(worker: Worker, rows: list[dict[str, str]], packed: bool, work: pathlib.Path) -> dict[str, float]:
    """The first update warms up and is not in the rate."""
    recipe = dict(rank=8, alpha=16, dropout=0, learning_rate=1e-4, warmup_ratio=0.1, weight_decay=0, epochs=1,
                  batch_rows=BATCH_ROWS, cutoff_tokens=2048, packed=packed)
    steps, start, memory = [], 0.0, 0
    for seconds, event in worker.job(op="train", recipe=recipe, rows=rows, seed=1, dir=str(work / "adapter"), name="random"):
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


def machine(python: str, device: str) -> tuple[str, float]:
    """The machine with its versions, and the peak of its arithmetic; 0 where that is not known."""
    name = platform.processor() or platform.machine()
    if device == "cuda":
        name = subprocess.run([python, "-c", "import torch; print(torch.cuda.get_device_name())"],
                              check=True, capture_output=True, text=True).stdout.strip()
    versions = subprocess.run([python, "-c", "import torch, transformers, peft; print(torch.__version__, transformers.__version__, peft.__version__)"],
                              check=True, capture_output=True, text=True).stdout.split()
    peak = next((flops for part, flops in PEAK.items() if device == "cuda" and part in name), 0.0)
    return f"{name}, {os.cpu_count()} cores, torch {versions[0]}, transformers {versions[1]}, peft {versions[2]}, bf16", peak


def goal(value: float, least: float) -> str:
    return f"{100 * value:.1f} % (goal {100 * least:.0f} %: {'met' if value >= least else 'missed'})"


def measure(args: argparse.Namespace, shape: str, peak: float) -> None:
    from transformers import AutoTokenizer

    folder = args.work / shape
    subprocess.run([sys.executable, __file__, "--build", shape, "--tokenizer", args.tokenizer, "--work", folder, "--device", args.device], check=True)
    tokenizer = AutoTokenizer.from_pretrained(args.tokenizer)
    begin = time.perf_counter()
    worker = Worker(sys.executable, args.worker, folder, args.device)
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
    shutil.rmtree(folder)


def main() -> None:
    flags = argparse.ArgumentParser()
    flags.add_argument("--shape", dest="shapes", action="append", choices=SHAPES)
    flags.add_argument("--build", choices=SHAPES)
    flags.add_argument("--worker", type=pathlib.Path)
    flags.add_argument("--tokenizer", type=pathlib.Path)
    flags.add_argument("--work", type=pathlib.Path)
    flags.add_argument("--device", choices=("cpu", "cuda"))
    flags.add_argument("--updates", type=int)
    args = flags.parse_args()
    if args.build:
        build(args.build, args.tokenizer, args.work, args.device)
        return
    described, peak = machine(sys.executable, args.device)
    print(described)
    for shape in args.shapes:
        measure(args, shape, peak)


if __name__ == "__main__":
    main()
