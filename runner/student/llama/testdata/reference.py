"""Answers requests on standard input, one JSON object a line, with what PyTorch,
transformers, PEFT and tokenizers compute on the CPU; the parity tests ask it.
A request is {"op": name of a function below, "args": its arguments}. Arrays of
float32 travel as base64 of their bytes.
"""
import base64
import contextlib
import functools
import json
import os
import sys
import time
import traceback
import warnings

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

import tokenizers  # noqa: E402
import torch  # noqa: E402
from peft import LoraConfig, PeftModel, get_peft_model  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM  # noqa: E402
from transformers import logging as transformers_logging  # noqa: E402

warnings.filterwarnings("ignore")
transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()
torch.set_num_threads(1)  # two threads wait for each other on a machine that is busy
torch.cuda.is_current_stream_capturing = lambda: False  # as in PyTorch without CUDA; asked in every pass


@functools.cache
def load(folder, adapter):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    if adapter:
        model = PeftModel.from_pretrained(model, adapter, is_trainable=True)
    return model.eval()


def packed(tensors):
    return base64.b64encode(b"".join(t.detach().float().contiguous().numpy().tobytes() for t in tensors)).decode()


def versions():
    import openai
    import peft
    import transformers
    return {m.__name__: m.__version__ for m in (torch, transformers, peft, tokenizers, openai)}


def make(folder, config, dtype, seed, shard=""):
    """Saves a random Llama."""
    torch.manual_seed(seed)
    model = LlamaForCausalLM(LlamaConfig(**config))
    for p in model.parameters():
        if p.dim() == 1:
            torch.nn.init.uniform_(p, 0.5, 1.5)
    model.to(getattr(torch, dtype)).save_pretrained(folder, **({"max_shard_size": shard} if shard else {}))


def logits(folder, adapter, rows):
    """The logits after every token of every row, one row after the other."""
    with torch.no_grad():
        return packed(load(folder, adapter)(torch.tensor([ids])).logits[0] for ids in rows)


def greedy(folder, adapter, prompts, tokens, stop, batch):
    """Greedy continuations: their tokens without the stop, and their text."""
    model, tokenizer, out = load(folder, adapter), AutoTokenizer.from_pretrained(folder), []
    for i in range(0, len(prompts), batch):
        part = prompts[i:i + batch]
        width = max(map(len, part))
        ids = torch.tensor([[stop] * (width - len(p)) + p for p in part])
        mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in part])
        with torch.no_grad():
            answers = model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=tokens, do_sample=False,
                                     eos_token_id=stop, pad_token_id=stop)
        for answer in answers[:, width:].tolist():
            out.append(answer[:answer.index(stop)] if stop in answer else answer)
    return [{"ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=True)} for ids in out]


def tokens(folder, texts):
    """Tokens of the texts, in which names of special tokens are text too."""
    tokenizer = tokenizers.Tokenizer.from_file(folder + "/tokenizer.json")
    tokenizer.encode_special_tokens = True
    return [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]


def chat(folder, question, answer):
    """A conversation by the folder's chat template, and where its answer begins."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": question}], add_generation_prompt=True, tokenize=False)
    ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    full = ids + tokenizer(answer + tokenizer.eos_token, add_special_tokens=False)["input_ids"]
    return {"ids": full, "from": len(ids), "decoded": tokenizer.decode(full[len(ids):], skip_special_tokens=True)}


def batch_loss(model, rows, weights):
    """Mean negative log-likelihood over the weighted tokens of the batch. Rows are filled up at their
    ends, which no token before sees."""
    width = max(map(len, rows))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    weight = torch.tensor([w + [0.0] * (width - len(w)) for w in weights])[:, 1:]
    log_probs = model(ids).logits[:, :-1].log_softmax(-1).gather(2, ids[:, 1:, None])[..., 0]
    return -(log_probs * weight).sum() / weight.sum()


def gradients(folder, adapter, rows, weights):
    """The loss of a batch and the gradients of LoRA's matrices by name."""
    model = load(folder, adapter)
    model.zero_grad()
    loss = batch_loss(model, rows, weights)
    loss.backward()
    by_name = {n.replace(".default", ""): packed([p.grad]) for n, p in model.named_parameters() if "lora_" in n}
    model.zero_grad()
    return {"loss": loss.item(), "gradients": by_name}


def train(folder, to, rows, weights, targets, rank, alpha, rate, updates, batch, seed):
    """Trains an adapter with PEFT and AdamW and saves it."""
    torch.manual_seed(seed)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32), LoraConfig(
        r=rank, lora_alpha=alpha, target_modules=targets, task_type="CAUSAL_LM"))
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate, weight_decay=0.0)
    for i in range(updates):
        at = [(i * batch + j) % len(rows) for j in range(batch)]
        loss = batch_loss(model, [rows[j] for j in at], [weights[j] for j in at])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.save_pretrained(to)


@functools.cache
def trainee(folder, rank, alpha):
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32), LoraConfig(
        r=rank, lora_alpha=alpha, target_modules="all-linear", task_type="CAUSAL_LM"))
    return model.train(), torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4)


def time_training(folder, rows, answer, rank, alpha, updates, threads):
    """Seconds of so many LoRA updates on one batch of rows of one length."""
    torch.set_num_threads(threads)
    model, optimizer = trainee(folder, rank, alpha)
    ids = torch.tensor(rows)
    labels = ids.clone()
    labels[:, :answer] = -100
    begin = time.perf_counter()
    for _ in range(updates):
        loss = model(input_ids=ids, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return time.perf_counter() - begin


def time_generation(folder, prompts, tokens, threads):
    """Seconds of drawing so many tokens after each prompt, all of one length."""
    torch.set_num_threads(threads)
    model, ids = load(folder, ""), torch.tensor(prompts)
    begin = time.perf_counter()
    with torch.no_grad():
        model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=tokens, min_new_tokens=tokens,
                       do_sample=True, temperature=0.7, top_k=0, pad_token_id=0)
    return time.perf_counter() - begin


def ask(base_url, model, question, tokens):
    """What OpenAI's client gets of a server: its models, an answer and a refusal's status."""
    import openai
    client = openai.OpenAI(base_url=base_url, api_key="none", max_retries=0, timeout=60)
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": question}]
    whole = client.chat.completions.create(model=model, messages=messages, temperature=0, max_tokens=tokens)
    pieces = list(client.chat.completions.create(model=model, messages=messages, temperature=0, max_tokens=tokens,
                                                 stream=True, stream_options={"include_usage": True}))
    streamed = "".join(p.choices[0].delta.content or "" for p in pieces if p.choices)
    try:
        client.chat.completions.create(model="none", messages=messages)
        refusal = 200
    except openai.APIStatusError as e:
        refusal = e.status_code
    return {"models": [m.id for m in client.models.list()], "text": whole.choices[0].message.content,
            "finish": whole.choices[0].finish_reason, "output_tokens": whole.usage.completion_tokens, "refusal": refusal,
            "streamed": streamed, "streamed_tokens": pieces[-1].usage.completion_tokens}


OPS = [versions, make, logits, greedy, tokens, chat, gradients, train, time_training, time_generation, ask]


def main():
    by_name = {f.__name__: f for f in OPS}
    for line in sys.stdin:
        request = json.loads(line)
        with contextlib.redirect_stdout(sys.stderr):
            try:
                reply = {"result": by_name[request["op"]](**request["args"])}
            except Exception:
                reply = {"error": traceback.format_exc()}
        print(json.dumps(reply), flush=True)


main()
