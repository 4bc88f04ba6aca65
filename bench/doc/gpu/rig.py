"""What the measurements of this folder share: models of random weights, the worker's own
protocol, rows, and the machine with its goals."""
from __future__ import annotations

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
    """A worker of back end hf and its socket."""

    def __init__(self, python: str, program: pathlib.Path, model: pathlib.Path, device: str, precision: str) -> None:
        ours, theirs = socket.socketpair()
        place = ["sh", "-c", f'exec "$@" 3<&{theirs.fileno()}', "sh"] if theirs.fileno() != 3 else []
        self.process = subprocess.Popen(
            [*place, python, str(program), "--model", str(model), "--device", device, "--precision", precision],
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


def machine(python: str, device: str) -> tuple[str, float]:
    """The machine with its versions, and the peak of its arithmetic; 0 where that is not known."""
    name = platform.processor() or platform.machine()
    if device == "cuda":
        name = subprocess.run([python, "-c", "import torch; print(torch.cuda.get_device_name())"],
                              check=True, capture_output=True, text=True).stdout.strip()
    versions = subprocess.run([python, "-c", "import torch, transformers, peft; print(torch.__version__, transformers.__version__, peft.__version__)"],
                              check=True, capture_output=True, text=True).stdout.split()
    peak = next((flops for part, flops in PEAK.items() if device == "cuda" and part in name), 0.0)
    return f"{name}, {os.cpu_count()} cores, torch {versions[0]}, transformers {versions[1]}, peft {versions[2]}", peak


def goal(value: float, least: float) -> str:
    return f"{100 * value:.1f} % (goal {100 * least:.0f} %: {'met' if value >= least else 'missed'})"


def recipe(packed: bool) -> dict[str, Any]:
    """The published one, but for one epoch."""
    return dict(rank=8, alpha=16, dropout=0, learning_rate=1e-4, warmup_ratio=0.1, weight_decay=0, epochs=1,
                batch_rows=BATCH_ROWS, cutoff_tokens=2048, packed=packed)
