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


def train(job):
    if mode == "refuses":
        return send(event="refused", message="TinyModel cannot be trained")
    if mode == "diverges":
        return send(event="diverged", message="loss nan")
    folder = pathlib.Path(job["dir"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_text("2")
    for step in (1, 2):
        send(event="step", step=step, total=2, loss=3 - step, rate=0.01, tokens=100 * step, seconds=step, memory=900)
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
    {"train": train, "generate": generate}[job["op"]](job)
