"""Writes parity/ and ../bpe/testdata/: a tiny Llama, a PEFT adapter and
tokenizers as transformers, peft and tokenizers write them, and what those
libraries compute with them.

    python parity.py     # transformers 5.23, peft 0.21, tokenizers 0.23, torch 2.15 (CPU)
"""
import json
import pathlib
import shutil

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

OUT = pathlib.Path(__file__).parent / "parity"
BPE = pathlib.Path(__file__).parent.parent / "bpe" / "testdata"
DIGITS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SPACED_DIGITS = DIGITS.replace(r"|\p{N}|", r"| ?\p{N}|")
LLAMA3 = DIGITS.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
SPECIALS = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
CORPUS = [
    "A car travels 120 km in 1.5 hours. What is its average speed in km/h?",
    "The answer is \\boxed{80}. It's what they'll say; we've checked it, I'm sure.",
    "assert f([1, 2, 3]) == {'total': 6}\n\nfor x in values:\n    total = total + x\n",
    "Revenue was $4,250.75 in 2023, up 12% from 2022.\nNet income: (310).",
] * 4
TEXTS = CORPUS[:4] + [
    "", " ", "  ", "\n", "\n\nHello", " \n \n x", "a  b   c ", "tab\tand\r\nnewline \r\n", "IT'S WE'LL 'Sx I'ſ",
    "1234567 x12 3.14e-5 ²³ ½ ٣٤ Ⅷ", "naïve café Ünïcödé 漢字かな 한국어 עברית", "e\u0301 combining \u200b zero\u00a0nbsp\u2003em",
    "👩‍👩‍👧 emoji 🎉🎉", "!!!???...---\n\n\n***", "'quoted' \"text\" don't", "_under_score __init__", "x=1;y=2", "    indented\n\t\ttabs",
    "\u0085next\u2028line", "$$\\frac{1}{2}$$", "a'b 'tis o'clock 'LL", " ' s", "<<|>>", "\x00\x01\x7f control",
]


def tokenizer(pattern):
    t = Tokenizer(models.BPE())
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern is None)
    t.pre_tokenizer = level if pattern is None else pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(pattern), "isolated"), level])
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=340, special_tokens=[AddedToken(s, special=True, normalized=False) for s in SPECIALS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return t


def log_probs(model, ids):
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
    return [logits[i, ids[i + 1]].item() for i in range(len(ids) - 1)]


def write(path, value):
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n")


def main():
    torch.manual_seed(1)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    BPE.mkdir(exist_ok=True)
    for name, pattern in [("digits", DIGITS), ("spaced_digits", SPACED_DIGITS), ("llama3", LLAMA3), ("gpt2", None)]:
        t = tokenizer(pattern)
        t.save(str(BPE / f"{name}.json"))
        write(BPE / f"{name}_expected.json", [{"text": s, "ids": t.encode(s, add_special_tokens=False).ids} for s in TEXTS])
    t = tokenizer(DIGITS)
    t.save(str(OUT / "tokenizer.json"))
    question, answer = "What is 12 + 30?", "12 + 30 = 42"
    chat = lambda s: t.encode(s, add_special_tokens=False).ids
    prompt = chat(f"<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n{question}<|eot_id|>"
                  "<|start_header_id|>assistant<|end_header_id|>\n\n")
    ids = prompt + chat(answer + "<|eot_id|>")
    expected = {"question": question, "answer": answer, "ids": ids, "answer_from": len(prompt)}
    config = LlamaConfig(
        vocab_size=t.get_vocab_size(), hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=8, max_position_embeddings=128, rms_norm_eps=1e-5, rope_theta=5000.0,
        tie_word_embeddings=False, bos_token_id=0, eos_token_id=[1, 4], initializer_range=0.2)
    model = LlamaForCausalLM(config).eval()
    for p in model.parameters():
        if p.dim() == 1:
            torch.nn.init.uniform_(p, 0.5, 1.5)
    model.save_pretrained(OUT)
    expected["log_probs"] = log_probs(model, ids)
    greedy = model.generate(torch.tensor([prompt]), max_new_tokens=20, do_sample=False, eos_token_id=4, pad_token_id=1)
    expected["greedy"] = greedy[0].tolist()[len(prompt):]
    lora = get_peft_model(model, LoraConfig(r=3, lora_alpha=6, target_modules="all-linear", task_type="CAUSAL_LM"))
    for name, p in lora.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(p, std=0.2)
    lora.save_pretrained(OUT / "adapter")
    expected["adapter_log_probs"] = log_probs(PeftModel.from_pretrained(
        LlamaForCausalLM.from_pretrained(OUT), OUT / "adapter").eval(), ids)
    for name, dtype in [("bf16", torch.bfloat16), ("f16", torch.float16)]:
        LlamaForCausalLM.from_pretrained(OUT).to(dtype).save_pretrained(OUT / name)
        widened = LlamaForCausalLM.from_pretrained(OUT / name, dtype=torch.float32).eval()
        expected[f"{name}_log_probs"] = log_probs(widened, ids)
    write(OUT / "expected.json", expected)
    for junk in [*OUT.glob("**/README.md"), *OUT.glob("**/generation_config.json")]:
        junk.unlink()
    for file in OUT.glob("**/*.safetensors"):
        file.chmod(0o644)


main()
