"""The resident worker of student back end hf: loads a causal language model once
and then trains LoRA adapters of it and answers questions, job after job.

    python worker.py --model FOLDER --device cpu|cuda --precision float32|bf16 [--share S] [--ranks N]

With N ranks it starts N - 1 processes like itself, one a device, and each does its
share of every job: all hold the base and the adapter, gradients are summed. S is the
share of a GPU's memory that it may take; the rest is another program's.

It speaks JSON lines on the socket that it inherits as file descriptor 3. First it
says {"event": "ready", ...}. A job is {"op": "train" | "generate", ...}; its events
end with "done", or with "diverged" where a training's numbers overflowed. "refused",
also in place of "ready", says what cannot be done with this model or question. Any
other fault ends the worker: its last line on standard error says why.

Logits are the model's own: its forward pass computes them, so that what it scales or
caps stays so. At its start the worker compares them, as it trains and answers, with
those of a plain pass.

With --check it only prints the versions of what it needs, and loads nothing. With
--render it prints how many tokens each of the prompts on standard input has in the
model's chat template, and loads no weights.
"""
from __future__ import annotations

import time

BEGIN = time.perf_counter()

import argparse  # noqa: E402
import bisect  # noqa: E402
import ctypes  # noqa: E402
import datetime  # noqa: E402
import functools  # noqa: E402
import hashlib  # noqa: E402
import importlib.metadata  # noqa: E402
import json  # noqa: E402
import math  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import re  # noqa: E402
import resource  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from typing import Any  # noqa: E402

NEEDED = ("torch", "transformers", "peft")
PASS_TOKENS = (2048, 16384)  # of a forward pass in training on a GPU: what its memory holds, within these
CPU_PASS_TOKENS = 1024
CACHE_TOKENS = 1 << 17  # of all answers that are generated side by side
MOST_ANSWERS = 128  # side by side
ATTENTION = "sdpa"
NORMS = ("LlamaRMSNorm", "MistralRMSNorm", "Qwen2RMSNorm", "Qwen3RMSNorm")  # the root mean square, times a weight
MARK, ANSWER = "\ue000", "\ue001"  # stand for the user's text and the answer in a rendered chat template
PROBES = ("What is the capital of France, and what is the longest river there?", "2 + 2?")  # whose logits are compared at the start
APART = {"float32": 1e-3, "bf16": 5e-2}  # the most that two ways to the same logits may differ, of their size


class Diverged(Exception):
    """The numbers of a training overflowed."""


class Refused(Exception):
    """What cannot be done with this model or question; no other try would help."""


def normed(torch: Any, norm: Any, x: Any) -> Any:
    """The norm in one kernel where there is one."""
    return torch.nn.functional.rms_norm(x, norm.weight.shape, norm.weight, norm.variance_epsilon)


class Channel:
    """JSON lines on a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.lines = sock, sock.makefile("r", encoding="utf-8")

    def send(self, event: str, **fields: Any) -> None:
        self.sock.sendall(json.dumps({"event": event, **fields}).encode() + b"\n")


@dataclass
class Row:
    ids: list[int]
    answer: int  # where the answer begins


def cut_off(row: Row, limit: int) -> Row:
    """Shortens a row to limit tokens by LLaMA-Factory's rule: the shorter part stays whole
    if it takes less than half, else both shrink in proportion."""
    prompt, answer = row.ids[:row.answer], row.ids[row.answer:]
    if len(row.ids) <= limit:
        return row
    if len(answer) * 2 < limit:
        most = limit
    elif len(prompt) * 2 < limit:
        most = limit - len(prompt)
    else:
        most = limit * len(answer) // len(row.ids)
    kept = max(1, min(most, len(answer)))
    prompt = prompt[:limit - kept]
    return Row(prompt + answer[:kept], len(prompt))


class Chat:
    """The model's chat template around one user text and its answer. Names of special tokens
    within the texts are text: nobody's data may end a turn."""

    def __init__(self, tokenizer: Any) -> None:
        def render(text: str) -> str:
            return tokenizer.apply_chat_template([{"role": "user", "content": text}], add_generation_prompt=True, tokenize=False)

        self.tokenizer = tokenizer
        if not tokenizer.chat_template:
            raise Refused("the tokenizer has no chat template; an instruction-tuned model has one")
        self.special = {str(t): i for i, t in tokenizer.added_tokens_decoder.items() if t.special}
        self.trims = f" {MARK} " not in render(f" {MARK} ")
        self.pieces = self.split(render(MARK))
        if not any(MARK in p for p in self.pieces):
            raise Refused("the chat template does not show what the user says")
        turns = [{"role": "user", "content": MARK}, {"role": "assistant", "content": ANSWER}]
        self.ending = self.split(tokenizer.apply_chat_template(turns, tokenize=False).partition(ANSWER)[2])

    def split(self, text: str) -> list[str]:
        """The text in names of special tokens and what is between them."""
        names = "|".join(re.escape(s) for s in sorted(self.special, key=len, reverse=True))
        return [p for p in re.split(f"({names})", text) if p] if names else [text]

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)

    def piece(self, text: str) -> list[int]:
        return [self.special[text]] if text in self.special else self.encode(text)

    def prompt(self, text: str) -> list[int]:
        text = text.strip() if self.trims else text
        return [i for p in self.pieces for i in (self.encode(p.replace(MARK, text)) if MARK in p else self.piece(p))]

    def fitting(self, text: str, limit: int) -> list[int]:
        """A prompt, which must have at most limit tokens."""
        ids = self.prompt(text)
        if len(ids) > limit:
            raise Refused(f"a question has {len(ids)} tokens in the chat template, and the window has room for {limit} beside its answer")
        return ids

    def answer(self, text: str) -> list[int]:
        """An answer and the end of its turn, as the template writes it."""
        special = [p in self.special for p in self.ending]
        plain = self.ending[0] if self.ending and not special[0] else ""
        ids = self.encode(text + plain) + [i for p in self.ending[1 if plain else 0:] for i in self.piece(p)]
        return ids if any(special) else ids + [self.tokenizer.eos_token_id]

    def end(self) -> int:
        """The token that ends a turn."""
        return next((self.special[p] for p in self.ending if p in self.special), self.tokenizer.eos_token_id)

    def row(self, prompt: str, answer: str) -> Row:
        ids = self.prompt(prompt)
        return Row(ids + self.answer(answer), len(ids))


def grouped(rows: list[Row], limit: int, packed: bool) -> list[list[Row]]:
    """The rows, longest first, in groups of at most limit tokens, filling up counted; packed
    ones may be filled up to twice that in attention. A row that is longer stands alone."""
    groups: list[list[Row]] = []
    for row in sorted(rows, key=lambda r: -len(r.ids)):
        size = 0
        if groups:
            filled = len(groups[-1][0].ids) * (len(groups[-1]) + 1)
            size = max(sum(len(r.ids) for r in groups[-1]) + len(row.ids), filled // 2) if packed else filled
        if groups and size <= limit:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def passes(rows: list[Row], limit: int, packed: bool, ranks: int) -> list[list[Row]]:
    """Splits the rows of an update into forward passes of at most limit tokens, as many for
    each rank and as even as the rows allow. The gradient is the same, however they are split."""
    most = math.ceil(len(grouped(rows, limit, packed)) / ranks) * ranks
    even = bisect.bisect_left(range(limit), True, key=lambda n: len(grouped(rows, n, packed)) <= most)
    return grouped(rows, even, packed)


class Silent:
    """The channel of a rank that does not speak to the program, and gets its jobs from rank 0."""

    lines = sys.stdin

    def send(self, event: str, **fields: Any) -> None:
        pass


def die_with_parent() -> None:
    """Has Linux kill this process when the thread that started it ends."""
    PR_SET_PDEATHSIG = 1
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


class Ranks:
    """The processes of a worker. Rank 0 speaks to the program and hands out the jobs."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.rank, self.count, self.dist = args.rank, args.ranks, None
        self.others: list[subprocess.Popen[str]] = []
        if self.count == 1:
            return
        import torch.distributed as dist

        if self.rank == 0:
            with socket.create_server(("127.0.0.1", 0)) as free:
                args.port = free.getsockname()[1]
            for rank in range(1, self.count):
                other = subprocess.Popen([*sys.orig_argv, "--rank", str(rank), "--port", str(args.port)], stdin=subprocess.PIPE, text=True)
                self.others.append(other)
                threading.Thread(target=self.watch, args=(rank, other), daemon=True).start()
        # Ranks wait for each other within a job only: they get it by a pipe, which knows no time limit.
        dist.init_process_group("nccl" if args.device == "cuda" else "gloo", init_method=f"tcp://127.0.0.1:{args.port}",
                                rank=self.rank, world_size=self.count, timeout=datetime.timedelta(hours=12))
        self.dist = dist

    @staticmethod
    def watch(rank: int, other: subprocess.Popen[str]) -> None:
        """Ends this process when the other ends, for which it would wait."""
        other.wait()
        print(f"rank {rank} ended; what it said stands above", file=sys.stderr, flush=True)
        os._exit(1)

    def jobs(self, channel: Channel | Silent) -> Iterator[dict[str, Any]]:
        for line in channel.lines:
            for other in self.others:
                other.stdin.write(line)
                other.stdin.flush()
            yield json.loads(line)

    def add(self, tensors: list[Any]) -> None:
        """Sums each tensor over the ranks, in place."""
        if self.dist is None:
            return
        import torch

        flat = torch.cat([t.flatten() for t in tensors])
        self.dist.all_reduce(flat)
        for t, part in zip(tensors, flat.split([t.numel() for t in tensors])):
            t.copy_(part.view_as(t))

    def least(self, n: int, device: str) -> int:
        """The least n of all ranks, which split an update alike."""
        if self.dist is None:
            return n
        import torch

        least = torch.tensor(n, device=device)
        self.dist.all_reduce(least, self.dist.ReduceOp.MIN)
        return int(least)

    def share(self, items: list[Any]) -> list[Any]:
        return items[self.rank::self.count]

    def collect(self, mine: list[Any]) -> list[Any]:
        """What all ranks have, on rank 0."""
        if self.dist is None:
            return mine
        parts: list[Any] = [None] * self.count
        self.dist.all_gather_object(parts, mine)
        return [item for part in parts for item in part]


class Packed:
    """Attention within each of the rows that lie one after the other in a pass. The rows are
    laid side by side for it, filled up at their ends, where the kernels for causal attention
    need no mask."""

    name = "packed"

    def __init__(self, torch: Any) -> None:
        from transformers import AttentionInterface

        self.torch, self.shape = torch, (0, 0)
        AttentionInterface.register(self.name, self.attend)

        class Move(torch.autograd.Function):
            """Takes places of the first dimension by an index; the inverse says where each came
            from, so that gradients need no sum. Those of the places in zero are zero."""

            @staticmethod
            def forward(ctx: Any, x: Any, index: Any, inverse: Any, zero: Any) -> Any:
                ctx.save_for_backward(inverse, zero)
                return x.index_select(0, index)

            @staticmethod
            def backward(ctx: Any, gradient: Any) -> Any:
                inverse, zero = ctx.saved_tensors
                moved = gradient.index_select(0, inverse)
                return (moved if zero is None else moved.index_fill_(0, zero, 0)), None, None, None

        self.move = Move.apply

    def lay(self, rows: list[Row], device: str) -> None:
        """Takes the rows of the pass that follows."""
        lengths = [len(r.ids) for r in rows]
        width = max(lengths)
        inside = [n * width + i for n, length in enumerate(lengths) for i in range(length)]
        filled = [n * width + i for n, length in enumerate(lengths) for i in range(length, width)]
        spread = [0] * (len(rows) * width)  # what a place is filled up with does not matter
        for token, place in enumerate(inside):
            spread[place] = token
        self.shape = (len(rows), width)
        self.inside, self.filled, self.spread = (self.torch.tensor(x, dtype=self.torch.long, device=device) for x in (inside, filled, spread))

    def attend(self, module: Any, query: Any, key: Any, value: Any, mask: Any, scaling: float, dropout: float = 0.0,
               sliding_window: int | None = None, **special: Any) -> tuple[Any, None]:
        if sliding_window is not None and sliding_window < self.shape[1]:
            raise ValueError(f"rows of {self.shape[1]} tokens cannot be packed for a model whose attention sees {sliding_window}; leave packed out")
        for name in ("softcap", "s_aux", "position_bias"):
            if special.get(name) is not None:
                raise ValueError(f"rows cannot be packed for a model whose attention has {name}; leave packed out")
        query, key, value = (self.move(t[0].transpose(0, 1), self.spread, self.inside, None).unflatten(0, self.shape).transpose(1, 2)
                             for t in (query, key, value))
        out = self.torch.nn.functional.scaled_dot_product_attention(
            query, key, value, dropout_p=dropout, is_causal=True, scale=scaling, enable_gqa=key.shape[1] != query.shape[1])
        return self.move(out.transpose(1, 2).flatten(0, 1), self.inside, self.spread, self.filled)[None], None


class Adapter:
    """PEFT's LoRA matrices as one vector, and their products with few kernels: PEFT's own forward
    pass casts every input to float32 and back. The matrices stay PEFT's: it makes and saves them."""

    def __init__(self, torch: Any, model: Any, dtype: Any) -> None:
        from peft.tuners.lora import Linear

        self.torch, self.dtype = torch, dtype
        layers = [m for m in model.modules() if isinstance(m, Linear)]
        weights = [w for m in layers for w in (m.lora_A["default"].weight, m.lora_B["default"].weight)]
        self.sizes = [w.numel() for w in weights]
        self.flat = torch.cat([w.detach().float().flatten() for w in weights]).requires_grad_()
        self.scales = torch.cat([torch.full_like(w, scale).flatten().float() for m in layers for w, scale in
                                 ((m.lora_A["default"].weight, 1.0), (m.lora_B["default"].weight, m.scaling["default"]))])
        self.parts: list[Any] = []
        for w, part in zip(weights, self.flat.detach().split(self.sizes)):
            w.requires_grad_(False)
            w.data = part.view_as(w)
        left = [name for name, w in model.named_parameters() if w.requires_grad]
        if left:
            raise ValueError(f"PEFT adapts parts of this model that are no linear layers, such as {left[0]}; use llamafactory")
        for n, m in enumerate(layers):
            m.forward = functools.partial(self.forward, n, m.base_layer, m.lora_dropout["default"])

    def cast(self) -> None:
        """Takes the matrices as they are now: for one pass of a training, or all answers."""
        self.parts = (self.flat * self.scales).to(self.dtype).split(self.sizes)

    def forward(self, n: int, base: Any, dropout: Any, x: Any) -> Any:
        rows = x.flatten(0, -2)
        a, b = self.parts[2 * n].view(-1, base.in_features), self.parts[2 * n + 1].view(base.out_features, -1)
        low = dropout(rows) @ a.T
        return base(rows).addmm_(low, b.T).view(*x.shape[:-1], base.out_features)


class Student:
    def __init__(self, folder: str, device: str, precision: str, share: float, channel: Channel | Silent, ranks: Ranks) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.utils.deterministic.fill_uninitialized_memory = False  # or every new tensor is written twice
        if device == "cpu":
            torch.cuda.is_current_stream_capturing = lambda: False  # transformers asks, also where there is no CUDA
        self.torch, self.device, self.channel, self.ranks = torch, device, channel, ranks
        self.dtype = torch.bfloat16 if precision == "bf16" else torch.float32
        self.attention = ATTENTION
        try:
            self.base = AutoModelForCausalLM.from_pretrained(folder, dtype=self.dtype, attn_implementation=ATTENTION)
        except ValueError as e:
            if "attention" not in str(e):
                raise
            self.attention = "eager"  # all that some models have
            self.base = AutoModelForCausalLM.from_pretrained(folder, dtype=self.dtype, attn_implementation=self.attention)
        self.base.to(device).eval()
        self.base.requires_grad_(False)
        self.chat, self.precision = Chat(AutoTokenizer.from_pretrained(folder)), precision
        ends = self.base.generation_config.eos_token_id
        self.ends = set(ends if isinstance(ends, list) else [ends]) | {self.chat.tokenizer.eos_token_id}
        if self.chat.end() not in self.ends:
            name = self.chat.tokenizer.convert_ids_to_tokens(self.chat.end())
            raise Refused(f"turns end with {name} in the chat template, at which nobody who asks the model would stop; add it to eos_token_id in generation_config.json")
        self.probes = [self.chat.prompt(p) for p in PROBES]
        with torch.inference_mode():
            self.plain = [self.base(input_ids=torch.tensor([ids], device=device), use_cache=False).logits[0].float() for ids in self.probes]
        self.pick: Callable[[Any], Any] | None = None
        head = self.base.get_output_embeddings()
        if head is None:
            raise Refused(f"{type(self.base).__name__} does not say which layer is its head; use llamafactory")
        head.register_forward_pre_hook(lambda _, args: (self.pick(args[0])[None],) if self.pick else None)
        for m in self.base.modules():
            if type(m).__name__ in NORMS:
                m.forward = functools.partial(normed, torch, m)
        self.packed, self.limit = Packed(torch), ranks.least(self.pass_tokens(share), device)
        self.answers = False  # whether it was seen to answer as the model itself
        self.check_training(False)

    def logits(self, pick: Callable[[Any], Any], **inputs: Any) -> Any:
        """The model's own logits at the places of the last hidden states that pick takes."""
        self.pick = pick
        try:
            return self.base(**inputs).logits[0].float()
        finally:
            self.pick = None

    def check_training(self, packed: bool) -> None:
        """Compares the logits of training with those of a plain pass."""
        with self.torch.inference_mode():
            found, _ = self.pass_logits([Row(ids, 1) for ids in self.probes], packed)
            self.compare("train", found, self.torch.cat([plain[:-1] for plain in self.plain]))

    def check_answering(self) -> None:
        """Compares the logits of answering with those of a plain pass, once."""
        if self.answers:
            return
        torch = self.torch
        with torch.inference_mode():
            try:
                batch = Answering(self, [ids[:-1] for ids in self.probes])
                first = batch.logits()
                batch.add([ids[-1] for ids in self.probes])
                second = batch.logits()
            except (AttributeError, IndexError, NotImplementedError, TypeError, ValueError) as e:
                raise Refused(f"{type(self.base).__name__} cannot answer here ({type(e).__name__}: {e}); use infer: vllm") from e
            self.compare("infer", first, torch.stack([plain[-2] for plain in self.plain]))
            self.compare("infer", second, torch.stack([plain[-1] for plain in self.plain]))
        self.answers = True

    def compare(self, what: str, found: Any, want: Any) -> None:
        apart = ((found - want).norm() / want.norm()).item()
        if not apart <= APART[self.precision]:
            other = {"train": "llamafactory", "infer": "vllm"}[what]
            raise Refused(f"logits differ from those of {type(self.base).__name__} itself by {apart:.2g} of their size; use {what}: {other}")

    def memory(self) -> int:
        """Peak memory in bytes: of the device, or of this process on the CPU."""
        if self.device == "cuda":
            return self.torch.cuda.max_memory_allocated()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    def pass_tokens(self, share: float) -> int:
        """The most tokens of a forward pass, given the share of the device's memory that is
        this worker's. What other programs take does not count: the order of sums, and with
        it an adapter's last bits, hangs on it. memory.go has the estimate."""
        if self.device == "cpu":
            return CPU_PASS_TOKENS
        c = self.base.config.get_text_config()
        token = c.num_hidden_layers * (13 * c.hidden_size + 8 * getattr(c, "intermediate_size", 4 * c.hidden_size))
        token = token * self.dtype.itemsize // 2 + 14 * c.vocab_size
        room = share * self.torch.cuda.mem_get_info()[1] - self.parameters() * self.dtype.itemsize
        least, most = PASS_TOKENS
        return int(min(most, max(least, 0.8 * room / token))) // 256 * 256

    def parameters(self) -> int:
        return sum(p.numel() for p in self.base.parameters())

    def pass_loss(self, rows: list[Row], packed: bool) -> Any:
        """The summed negative log-likelihood of the answers' tokens."""
        logits, wanted = self.pass_logits(rows, packed)
        return self.torch.nn.functional.cross_entropy(logits, wanted, reduction="sum")

    def pass_logits(self, rows: list[Row], packed: bool) -> tuple[Any, Any]:
        """The logits where answers' tokens are wanted, and these. Others are not computed. Rows
        are filled up at their ends, which no token before sees."""
        torch, device = self.torch, self.device
        if packed:
            ids = torch.tensor([[i for r in rows for i in r.ids]], device=device)
            positions = torch.tensor([[p for r in rows for p in range(len(r.ids))]], device=device)
            self.packed.lay(rows, device)
            inputs = {"input_ids": ids, "position_ids": positions}
            starts = [sum(len(r.ids) for r in rows[:n]) for n in range(len(rows))]
            at = [(0, start + i) for start, r in zip(starts, rows) for i in range(r.answer - 1, len(r.ids) - 1)]
        else:
            width = max(len(r.ids) for r in rows)
            ids = torch.tensor([r.ids + [0] * (width - len(r.ids)) for r in rows], device=device)
            inputs = {"input_ids": ids}
            at = [(n, i) for n, r in enumerate(rows) for i in range(r.answer - 1, len(r.ids) - 1)]
        where = torch.tensor(at, device=device).T
        return self.logits(lambda hidden: hidden[where[0], where[1]], use_cache=False, **inputs), ids[where[0], where[1] + 1]

    def train(self, job: dict[str, Any]) -> dict[str, Any]:
        from peft import LoraConfig, get_peft_model

        torch, recipe = self.torch, job["recipe"]
        rows = [cut_off(self.chat.row(r["prompt"], r["output"]), recipe["cutoff_tokens"]) for r in job["rows"]]
        if self.device == "cuda":
            torch.cuda.reset_peak_memory_stats()
        torch.manual_seed(job["seed"])
        torch.use_deterministic_algorithms(True)
        try:
            model = get_peft_model(self.base, LoraConfig(
                r=recipe["rank"], lora_alpha=recipe["alpha"], lora_dropout=recipe["dropout"], target_modules="all-linear", task_type="CAUSAL_LM"))
        except ValueError as e:
            raise Refused(f"{type(self.base).__name__} takes no LoRA on all its linear layers: {e}") from e
        model.peft_config["default"].base_model_name_or_path = job["name"]
        try:
            model.train()
            adapter = Adapter(torch, model, self.dtype)
            if recipe.get("packed", False):
                self.base.set_attn_implementation(Packed.name)
                adapter.cast()
                self.check_training(True)
            torch.manual_seed(job["seed"] + self.ranks.rank)  # of dropout
            self.updates(adapter, rows, recipe, job["seed"])
            if not torch.isfinite(adapter.flat).all():
                raise Diverged("a weight is no number")
            if self.ranks.rank == 0:
                model.save_pretrained(job["dir"])
            return {"trainable": adapter.flat.numel(), "memory": self.memory()}
        finally:
            model.unload()
            self.base.requires_grad_(False).eval()
            self.base.set_attn_implementation(self.attention)
            torch.use_deterministic_algorithms(True, warn_only=True)

    def updates(self, adapter: Adapter, rows: list[Row], recipe: dict[str, Any], seed: int) -> None:
        """AdamW with a linear warm-up and a cosine, as transformers' Trainer has them."""
        from transformers import get_cosine_schedule_with_warmup

        torch, size, packed, limit = self.torch, recipe["batch_rows"], recipe.get("packed", False), self.limit
        total = recipe["epochs"] * math.ceil(len(rows) / size)
        optimizer = torch.optim.AdamW([adapter.flat], lr=recipe["learning_rate"], weight_decay=recipe["weight_decay"])
        schedule = get_cosine_schedule_with_warmup(optimizer, math.ceil(recipe["warmup_ratio"] * total), total)
        order, step, seen, begin = random.Random(seed), 0, 0, time.perf_counter()
        for _ in range(recipe["epochs"]):
            shuffled = order.sample(rows, len(rows))
            for start in range(0, len(rows), size):
                batch, loss = shuffled[start:start + size], torch.zeros((), device=self.device)
                answers = sum(len(r.ids) - r.answer for r in batch)
                adapter.flat.grad = torch.zeros_like(adapter.flat)
                for group in self.ranks.share(passes(batch, limit, packed, self.ranks.count)):
                    adapter.cast()
                    part = self.pass_loss(group, packed) / answers
                    part.backward()
                    loss += part.detach()
                self.ranks.add([adapter.flat.grad, loss])
                norm, mean = torch.nn.utils.clip_grad_norm_([adapter.flat], 1.0).item(), loss.item()
                if not math.isfinite(mean) or not math.isfinite(norm):
                    raise Diverged(f"update {step + 1}: loss {mean}, norm of the gradient {norm}")
                rate = schedule.get_last_lr()[0]
                optimizer.step()
                schedule.step()
                step, seen = step + 1, seen + sum(len(r.ids) for r in batch)
                self.channel.send("step", step=step, total=total, loss=mean, rate=rate, tokens=seen,
                                  seconds=time.perf_counter() - begin, memory=self.memory())

    def generate(self, job: dict[str, Any]) -> dict[str, Any]:
        from peft import PeftModel

        self.check_answering()
        model = PeftModel.from_pretrained(self.base, job["adapter"]).eval() if job["adapter"] else None
        if model is not None:
            with self.torch.inference_mode():
                Adapter(self.torch, model, self.dtype).cast()
        try:
            room = job["context"] - job["max_tokens"]
            prompts = [self.chat.fitting(p, room) for p in job["prompts"]]
            waiting = sorted(range(len(prompts)), key=lambda i: -len(prompts[i]))
            waiting, others = self.ranks.share(waiting), []
            while waiting:
                side_by_side = min(MOST_ANSWERS, max(1, CACHE_TOKENS // (len(prompts[waiting[0]]) + job["max_tokens"])))
                batch, waiting = waiting[:side_by_side], waiting[side_by_side:]

                def finished(n: int, ids: list[int]) -> None:
                    answer = {"index": batch[n], "text": self.chat.tokenizer.decode(ids, skip_special_tokens=True), "tokens": len(ids)}
                    self.channel.send("answer", **answer)
                    if self.ranks.rank > 0:
                        others.append(answer)

                self.answer([prompts[i] for i in batch], job, finished)
            for answer in self.ranks.collect(others):
                self.channel.send("answer", **answer)
            return {"memory": self.memory()}
        finally:
            if model is not None:
                model.unload()

    def answer(self, prompts: list[list[int]], job: dict[str, Any], finished: Callable[[int, list[int]], None]) -> None:
        """Answers prompts side by side. The chance in an answer comes from the seed and its prompt
        alone; finished is called with an answer's place in prompts."""
        chance = [random.Random(hashlib.sha256(f"{job['seed']} {p}".encode()).digest()) for p in prompts]
        rows: list[int] = list(range(len(prompts)))  # the prompts that are still in the batch
        answers: list[list[int] | None] = [[] for _ in prompts]
        with self.torch.inference_mode():
            batch = Answering(self, prompts)
            while True:
                drawn = draw(self.torch, batch.logits(), job["temperature"], job["top_p"], [chance[i].random() for i in rows]).tolist()
                for i, token in zip(rows, drawn):
                    answer = answers[i]
                    if answer is None:
                        continue
                    if token not in self.ends:
                        answer.append(token)
                    if token in self.ends or len(answer) == job["max_tokens"]:
                        finished(i, answer)
                        answers[i] = None
                live = [n for n, i in enumerate(rows) if answers[i] is not None]
                if not live:
                    return
                batch.add(drawn)
                if len(live) * 4 <= len(rows) * 3:  # leave out those that are done
                    batch.keep(live)
                    rows = [rows[n] for n in live]


class Answering:
    """Texts that grow side by side, filled up at their beginnings."""

    def __init__(self, student: Student, prompts: list[list[int]]) -> None:
        from transformers import DynamicCache

        self.student, self.cache = student, DynamicCache()
        width = max(map(len, prompts))
        self.ids = self.tensor([[0] * (width - len(p)) + p for p in prompts])
        self.mask = self.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts])

    def tensor(self, values: list[Any]) -> Any:
        return self.student.torch.tensor(values, device=self.student.device)

    def logits(self) -> Any:
        """Those of each text's next token; what was added since the last call is read."""
        positions = (self.mask.cumsum(1) - 1).clamp(min=0)[:, -self.ids.shape[1]:]
        return self.student.logits(lambda hidden: hidden[:, -1], input_ids=self.ids, attention_mask=self.mask, position_ids=positions,
                                   past_key_values=self.cache, use_cache=True)

    def add(self, tokens: list[int]) -> None:
        """Appends a token to each text."""
        self.ids = self.tensor(tokens)[:, None]
        self.mask = self.student.torch.cat([self.mask, self.mask.new_ones(len(tokens), 1)], 1)

    def keep(self, places: list[int]) -> None:
        """Leaves out the texts of other places."""
        kept = self.tensor(places)
        self.cache.batch_select_indices(kept)
        self.ids, self.mask = self.ids[kept], self.mask[kept]


def draw(torch: Any, logits: Any, temperature: float, top_p: float, chance: list[float]) -> Any:
    """One token of each row: the likeliest at temperature 0, else by the row's chance in [0, 1)."""
    if temperature == 0:
        return logits.argmax(-1)
    p, order = (logits / temperature).softmax(-1).sort(-1, descending=True)
    if 0 < top_p < 1:
        p = p.masked_fill(p.cumsum(-1) - p >= top_p, 0)
    total = p.cumsum(-1)
    aim = torch.tensor(chance, device=p.device)[:, None] * total[:, -1:]
    place = (total <= aim).sum(-1, keepdim=True).clamp(max=p.shape[-1] - 1)
    return order.gather(-1, place)[:, 0]


def versions() -> dict[str, str]:
    found = {}
    for name in NEEDED:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = ""
    return found


def render(folder: str) -> dict[str, Any]:
    """What the model's tokenizer and chat template make of the prompts on standard input."""
    from transformers import AutoConfig, AutoTokenizer
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING

    try:
        config = AutoConfig.from_pretrained(folder)
        if type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
            raise Refused(f"transformers has no causal language model of type {config.model_type}")
        chat = Chat(AutoTokenizer.from_pretrained(folder))
        prompts = [chat.prompt(p) for p in json.load(sys.stdin)]
    except (OSError, ValueError, KeyError, ImportError, Refused) as e:
        return {"refused": " ".join(str(e).split())[:300]}
    return {"tokens": [len(p) for p in prompts], "text": chat.tokenizer.decode(prompts[0]) if prompts else "", "end": "".join(chat.ending)}


def main() -> None:
    flags = argparse.ArgumentParser()
    flags.add_argument("--check", action="store_true")
    flags.add_argument("--render", action="store_true")
    flags.add_argument("--model")
    flags.add_argument("--device", choices=("cpu", "cuda"))
    flags.add_argument("--precision", choices=("float32", "bf16"))
    flags.add_argument("--share", type=float, default=1.0)
    flags.add_argument("--ranks", type=int, default=1)
    flags.add_argument("--rank", type=int, default=0)
    flags.add_argument("--port", type=int)
    args = flags.parse_args()
    if args.check:
        print(json.dumps(versions()))
        return
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false", CUBLAS_WORKSPACE_CONFIG=":4096:8")
    if args.render:
        print(json.dumps(render(args.model)))
        return
    if args.device == "cuda":
        import torch

        if torch.cuda.device_count() < args.ranks:
            raise SystemExit(f"{torch.cuda.device_count()} CUDA devices can be used, {args.ranks} are wanted")
        torch.cuda.set_device(args.rank)
    if args.rank > 0:
        die_with_parent()
    channel = Channel(socket.socket(fileno=3)) if args.rank == 0 else Silent()
    ranks = Ranks(args)
    try:
        student = Student(args.model, args.device, args.precision, args.share, channel, ranks)
    except Refused as e:
        channel.send("refused", message=str(e))
        if args.rank > 0:
            signal.pause()  # rank 0 says so, and ends this process
        return
    channel.send("ready", seconds=time.perf_counter() - BEGIN, parameters=student.parameters(), memory=student.memory())
    for job in ranks.jobs(channel):
        try:
            channel.send("done", **{"train": student.train, "generate": student.generate}[job["op"]](job))
        except Diverged as e:
            channel.send("diverged", message=str(e))
        except Refused as e:
            channel.send("refused", message=str(e))


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        sys.exit("the program that started this worker is gone")
