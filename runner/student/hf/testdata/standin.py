"""Speaks worker.py's protocol with the standard library alone, and breaks it as its
mode says: python3 standin.py MODE STARTS_FILE [worker's arguments].

The first worker misbehaves, the ones after it are well.
"""
import json
import os
import pathlib
import socket
import sys
import time

mode, starts = sys.argv[1], pathlib.Path(sys.argv[2])
if "--check" in sys.argv:
    print(json.dumps({"torch": "stand-in", "transformers": "stand-in", "peft": "stand-in"}))
    sys.exit()
if "--render" in sys.argv:
    prompts = json.load(sys.stdin)
    print(json.dumps({"refused": "no chat template"} if mode == "refuses" else {"tokens": [len(p) for p in prompts], "text": "".join(prompts[:1]), "end": "."}))
    sys.exit()
with starts.open("a") as f:
    f.write("x")
if len(starts.read_text()) > 1:
    mode = "well"

sock = socket.socket(fileno=3)
lines = sock.makefile("r", encoding="utf-8")


def send(**event):
    sock.sendall(json.dumps(event).encode() + b"\n")


def save(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_text("2")


def leave(job, number):
    """A trial with its adapter."""
    save(job["trials"][number]["dir"])
    send(event="left", trial=number, why="done", trainable=42, memory=1000)


def step(number, n):
    send(event="step", trial=number, step=n, total=2, loss=3 - n, rate=0.01, tokens=100 * n, seconds=n, memory=900)


def train_many(job):
    """Two updates of each trial; then one may diverge, hang until it is dropped, or be forgotten."""
    send(event="begun")
    numbers = range(len(job["trials"]))
    for n in (1, 2):
        for number in numbers:
            step(number, n)
    for number in reversed(numbers):
        if mode == "forgets" and number == 1:
            continue
        if mode == "strange-trial" and number == 1:
            send(event="left", trial=7, why="done")
        if mode == "one-dies" and number == 1:
            sys.exit("torch.OutOfMemoryError: CUDA out of memory")
        if mode == "one-diverges" and number == 1:
            send(event="left", trial=number, why="diverged", message="loss nan")
            continue
        if mode == "one-waits" and number == 1:
            drop = json.loads(lines.readline())
            if drop != {"op": "drop", "job": job["job"], "trial": 1}:
                sys.exit(f"got {drop}")
            send(event="left", trial=number, why="dropped")
            continue
        leave(job, number)
    send(event="done", memory=1000)


def train(job):
    if mode == "refuses":
        return send(event="refused", message="TinyModel cannot be trained")
    if mode == "diverges":
        return send(event="diverged", message="loss nan")
    save(job["dir"])
    for n in (1, 2):
        send(event="step", step=n, total=2, loss=3 - n, rate=0.01, tokens=100 * n, seconds=n, memory=900)
    send(event="done", trainable=42, memory=1000)


def generate(job):
    if mode == "dies-in-job":
        sys.exit("torch.OutOfMemoryError: CUDA out of memory")
    if mode == "garbage":
        sock.sendall(b"Loading checkpoint shards\n")
    if mode == "oversized":
        sock.sendall(b"x" * (5 << 20) + b"\n")
    if mode == "strange-event":
        send(event="surprise")
    if mode == "closes":
        sock.shutdown(socket.SHUT_RDWR)
    if mode == "hangs":
        if "CHILDTEST_PIDS" in os.environ:
            pathlib.Path(os.environ["CHILDTEST_PIDS"]).write_text(str(os.getpid()))
        time.sleep(600)
    if mode == "answers-twice":
        send(event="answer", index=0, text="A")
    prompts = list(enumerate(job["prompts"]))
    for i, prompt in prompts[:1] if mode == "answers-too-few" else reversed(prompts):
        send(event="answer", index=i, text=prompt.upper(), tokens=1)
    send(event="done", memory=1000)


print("a line on standard output disturbs nothing")
if mode == "dies-at-start":
    sys.exit("no CUDA device can be used")
if mode in ("slow", "never-ready"):
    time.sleep(0.5 if mode == "slow" else 600)
if mode == "garbage-at-start":
    sock.sendall(b"{}\n")
if mode == "refuses-at-start":
    send(event="refused", message="TinyModel cannot be trained")
    sys.exit()
send(event="ready", seconds=0.5)
for line in lines:
    job = json.loads(line)
    {"train": train, "train_many": train_many, "generate": generate}[job["op"]](job)
