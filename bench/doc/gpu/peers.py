"""Trains other programs on the same rows as back end hf, and prints tokens/s and losses:
LLaMA-Factory with Liger's kernels by its own command; Unsloth, NeMo AutoModel and PEFT by
their loaders and one plain loop, each but PEFT in an environment of its own. A peer that
is not named, or cannot start, is a row that says so.

    python peers.py --peer peft|unsloth|automodel --model FOLDER --rows ids.json --batch-rows N
        --device cuda|cpu --precision bf16|float32

is one of the plain loops, in its environment; it prints a line of JSON.
"""
from __future__ import annotations

import argparse
import importlib.util
import json
import math
import pathlib
import subprocess
import sys
import time
from typing import Any

PASS_TOKENS = 16384  # of a forward pass, filling up counted
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
RANK, ALPHA, RATE, WARMUP = 8, 16, 1e-4, 0.1


def peft(model: str, device: str, dtype: Any) -> Any:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(model, dtype=dtype).to(device)
    return get_peft_model(base, LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=TARGETS, task_type="CAUSAL_LM"))


def unsloth(model: str, device: str, dtype: Any) -> Any:
    from unsloth import FastLanguageModel

    base, _ = FastLanguageModel.from_pretrained(model, max_seq_length=2048, dtype=dtype, load_in_4bit=False)
    return FastLanguageModel.get_peft_model(base, r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=TARGETS, use_gradient_checkpointing=False)


def automodel(model: str, device: str, dtype: Any) -> Any:
    from nemo_automodel import NeMoAutoModelForCausalLM
    from nemo_automodel.components._peft.lora import PeftConfig

    lora = PeftConfig(match_all_linear=False, target_modules=[f"*.{name}" for name in TARGETS], dim=RANK, alpha=ALPHA)
    return NeMoAutoModelForCausalLM.from_pretrained(model, torch_dtype=dtype, peft_config=lora).to(device)


LOADERS = {"peft": peft, "unsloth": unsloth, "automodel": automodel}


def loop(args: argparse.Namespace) -> dict[str, float]:
    """AdamW, warm-up and cosine, the mean over an update's answer tokens, clipped, in the rows' order."""
    model = LOADERS[args.peer](args.model, args.device, args.precision)
    import torch

    model.train()
    weights = [p for p in model.parameters() if p.requires_grad]
    rows, size = json.loads(pathlib.Path(args.rows).read_text()), args.batch_rows
    total = math.ceil(len(rows) / size)
    warm = math.ceil(WARMUP * total)
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=0)
    losses, tokens, begun = [], 0, 0.0
    for step in range(total):
        batch = rows[step * size:(step + 1) * size]
        answers = sum(len(r["ids"]) - r["answer"] for r in batch)
        for group in optimizer.param_groups:
            group["lr"] = RATE * (step / warm if step < warm else (1 + math.cos(math.pi * (step - warm) / max(1, total - warm))) / 2)
        mean = 0.0
        width = max(len(r["ids"]) for r in batch)
        side = max(1, PASS_TOKENS // width)
        for start in range(0, len(batch), side):
            part = batch[start:start + side]
            ids = torch.tensor([r["ids"] + [0] * (width - len(r["ids"])) for r in part], device=args.device)
            mask = torch.tensor([[1] * len(r["ids"]) + [0] * (width - len(r["ids"])) for r in part], device=args.device)
            labels = torch.tensor([[-100] * r["answer"] + r["ids"][r["answer"]:] + [-100] * (width - len(r["ids"])) for r in part], device=args.device)
            logits = model(input_ids=ids, attention_mask=mask).logits
            loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1).float(), labels[:, 1:].flatten(), ignore_index=-100, reduction="sum") / answers
            loss.backward()
            mean += loss.item()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(mean)
        if step == 0:
            begun = time.perf_counter()
        else:
            tokens += sum(len(r["ids"]) for r in batch)
    memory = torch.cuda.max_memory_allocated() if args.device == "cuda" else 0
    return {"rate": tokens / (time.perf_counter() - begun), "first": losses[0], "last": losses[-1], "memory": memory}


def llamafactory(cli: str, args: Any, folder: pathlib.Path, rows: list[dict[str, str]]) -> dict[str, float]:
    """LLaMA-Factory's own training. Its rate is that of its log, the first update among it."""
    work = args.work / "llamafactory"
    work.mkdir()
    (work / "rows.json").write_text(json.dumps([{"instruction": r["prompt"], "input": "", "output": r["output"]} for r in rows]))
    columns = {"prompt": "instruction", "query": "input", "response": "output"}
    (work / "dataset_info.json").write_text(json.dumps({"rows": {"file_name": "rows.json", "columns": columns}}))
    side = max(1, min(args.batch_rows, PASS_TOKENS // 512))
    config = dict(
        model_name_or_path=str(folder), stage="sft", do_train=True, finetuning_type="lora", lora_target="all", lora_rank=RANK, lora_alpha=ALPHA, lora_dropout=0,
        dataset="rows", dataset_dir=str(work), cutoff_len=2048, overwrite_cache=True, per_device_train_batch_size=side,
        gradient_accumulation_steps=math.ceil(args.batch_rows / side), learning_rate=RATE, lr_scheduler_type="cosine", warmup_steps=WARMUP, num_train_epochs=1,
        weight_decay=0, max_grad_norm=1, bf16=args.precision == "bf16", use_cpu=args.device == "cpu", seed=1, output_dir=str(work / "out"), logging_steps=1,
        include_num_input_tokens_seen="non_padding", save_strategy="no", report_to="none", enable_liger_kernel=args.device == "cuda", disable_gradient_checkpointing=True)
    (work / "train.yaml").write_text(json.dumps(config))  # JSON is YAML
    done = subprocess.run([cli, "train", str(work / "train.yaml")], capture_output=True, text=True)
    log = work / "out" / "trainer_log.jsonl"
    if done.returncode or not log.exists():
        raise RuntimeError(last_line(done.stderr + done.stdout))
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    losses, result = [line["loss"] for line in lines if "loss" in line], json.loads((work / "out" / "train_results.json").read_text())
    return {"rate": lines[-1]["total_tokens"] / result["train_runtime"], "first": losses[0], "last": losses[-1], "memory": lines[-1].get("vram_allocated", 0) * 2**30}


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it said nothing"


def token_ids(worker: pathlib.Path, folder: pathlib.Path, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The rows as the worker reads them."""
    from transformers import AutoTokenizer

    spec = importlib.util.spec_from_file_location("worker", worker)
    module = importlib.util.module_from_spec(spec)
    sys.modules["worker"] = module
    spec.loader.exec_module(module)
    chat = module.Chat(AutoTokenizer.from_pretrained(folder))
    return [{"ids": row.ids, "answer": row.answer} for row in (chat.row(r["prompt"], r["output"]) for r in rows)]


def other(python: str, name: str, args: Any, folder: pathlib.Path, rows: list[dict[str, str]]) -> dict[str, float]:
    """A peer in its own environment."""
    path = args.work / "ids.json"
    path.write_text(json.dumps(token_ids(args.worker, folder, rows)))
    done = subprocess.run([python, __file__, "--peer", name, "--model", str(folder), "--rows", str(path), "--batch-rows", str(args.batch_rows),
                           "--device", args.device, "--precision", args.precision], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(last_line(done.stderr))
    return json.loads(done.stdout.splitlines()[-1])


def measure(args: Any, folder: pathlib.Path, rows: list[dict[str, str]]) -> None:
    """Prints a row for each peer."""
    print("\nothers on the same rows, one training:\n\n| trainer | tokens/s | peak memory, GiB | first and last loss |\n|---|---:|---:|---|", flush=True)
    liger = "LLaMA-Factory + Liger" if args.device == "cuda" else "LLaMA-Factory, without Liger, which has no kernels for a CPU"
    for title, flag, place, train in (
            ("transformers + PEFT", "", sys.executable, lambda place: other(place, "peft", args, folder, rows)),
            (liger, "--llamafactory", args.llamafactory, lambda place: llamafactory(place, args, folder, rows)),
            ("Unsloth", "--unsloth", args.unsloth, lambda place: other(place, "unsloth", args, folder, rows)),
            ("NeMo AutoModel", "--automodel", args.automodel, lambda place: other(place, "automodel", args, folder, rows))):
        if not place:
            print(f"| {title} | LEFT OUT: {flag} names none | - | - |", flush=True)
            continue
        try:
            m = train(place)
        except (OSError, RuntimeError, ValueError, KeyError) as e:
            print(f"| {title} | FAILED: {last_line(str(e)).replace('|', '/')} | - | - |", flush=True)
            continue
        memory = f"{m['memory'] / 2**30:.1f}" if m["memory"] else "-"
        print(f"| {title} | {m['rate']:.0f} | {memory} | {m['first']:.4f}, {m['last']:.4f} |", flush=True)


def main() -> None:
    flags = argparse.ArgumentParser()
    flags.add_argument("--peer", choices=LOADERS)
    flags.add_argument("--model")
    flags.add_argument("--rows")
    flags.add_argument("--batch-rows", type=int)
    flags.add_argument("--device", choices=("cpu", "cuda"))
    flags.add_argument("--precision", choices=("bf16", "float32"))
    args = flags.parse_args()
    import torch

    args.precision = torch.bfloat16 if args.precision == "bf16" else torch.float32
    print(json.dumps(loop(args)))


if __name__ == "__main__":
    main()
