"""Measures how long 839 items take to be asked of one vLLM: with one trial's adapter, and
with those of all trials of a pass at once. Without --vllm a line says that it is left out."""
from __future__ import annotations

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

ITEMS = 839  # of the published suites' greatest set, as a trial asks them
AT_A_TIME = 64  # questions of a trial
ANSWER_TOKENS = 128
START = 1200  # seconds that the server may take


class Server:
    """A vllm serve with room for n adapters."""

    def __init__(self, command: str, model: pathlib.Path, n: int, args: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.log = args.work / "vllm.log"
        options = ["--served-model-name", "base", "--port", str(self.port), "--dtype", {"bf16": "bfloat16", "float32": "float32"}[args.precision],
                   "--max-num-seqs", "128", "--enable-lora", "--max-loras", str(n), "--max-cpu-loras", str(max(4, n)), "--max-lora-rank", "8"]
        env = os.environ | {"VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True", "HF_HUB_OFFLINE": "1"}
        if args.device == "cpu":
            env["VLLM_CPU_KVCACHE_SPACE"] = "1"
        with self.log.open("w") as out:
            self.process = subprocess.Popen([command, "serve", str(model), *options], stdout=out, stderr=out, env=env, start_new_session=True)
        end = time.monotonic() + START
        while not self.healthy():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"it did not start: {self.log.read_text().strip().splitlines()[-1:]}")
            time.sleep(1)

    def healthy(self) -> bool:
        try:
            return self.call("GET", "/health", None)[0] == 200
        except OSError:
            return False

    def call(self, method: str, path: str, body: Any) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def ask(self, model: str, question: str) -> int:
        """Asks one question and returns the tokens of the answer."""
        status, said = self.call("POST", "/v1/chat/completions", dict(
            model=model, messages=[{"role": "user", "content": question}], temperature=0, max_tokens=ANSWER_TOKENS))
        if status != 200:
            raise RuntimeError(f"it answered {status}: {said[:200]!r}")
        return json.loads(said)["usage"]["completion_tokens"]

    def trials(self, n: int, items: int) -> tuple[float, int]:
        """Asks the items of n adapters at once; seconds and tokens."""
        begin = time.perf_counter()
        with ThreadPoolExecutor(n * AT_A_TIME) as pool:
            asked = [pool.submit(self.ask, f"adapter-{k}", f"What is {i} + {i}? Think about it step by step.") for i in range(items) for k in range(n)]
            tokens = sum(a.result() for a in asked)
        return time.perf_counter() - begin, tokens

    def close(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def measure(args: Any, folder: pathlib.Path, most: int) -> None:
    """Prints a line for one adapter and one for the most; they are in the work folder."""
    if not args.vllm:
        print(f"\nasking {args.items} items of vLLM: LEFT OUT: --vllm names none", flush=True)
        return
    try:
        server = Server(args.vllm, folder, most, args)
    except (OSError, RuntimeError) as e:
        print(f"\nasking {args.items} items of vLLM: FAILED: {e}", flush=True)
        return
    try:
        for k in range(most):
            status, said = server.call("POST", "/v1/load_lora_adapter", {"lora_name": f"adapter-{k}", "lora_path": str(args.work / f"adapter-{k}")})
            if status != 200:
                raise RuntimeError(f"it loads no adapter: {status} {said[:200]!r}")
        server.trials(most, 2)  # warms up
        for n in (1, most):
            seconds, tokens = server.trials(n, args.items)
            met = f" (goal 60: {'met' if seconds <= 60 else 'missed'})" if n == 1 and args.items == ITEMS else ""
            print(f"\nasking {args.items} items of vLLM, {n} adapters at once, answers of {tokens / n / args.items:.0f} tokens: "
                  f"{seconds:.1f} s{met}, {tokens / seconds:.0f} tokens/s, {seconds / n:.1f} s a trial", flush=True)
    except (OSError, RuntimeError) as e:
        print(f"\nasking {args.items} items of vLLM: FAILED: {e}", flush=True)
    finally:
        server.close()
