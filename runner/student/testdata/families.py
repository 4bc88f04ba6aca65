"""Makes a tiny model of random weights of a family of transformers', without a
download, and says what transformers itself has for the loss of rows:

    families.py FAMILY TOKENIZER FOLDER ROWS.json

TOKENIZER is a folder with a tokenizer and chat template. The loss is the mean over the
answers' tokens, with the end of the turn, each row read alone by the model as a whole.
"""
import json
import pathlib
import shutil
import sys

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

family, source, folder, rows = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), json.loads(pathlib.Path(sys.argv[4]).read_text())
tokenizer = AutoTokenizer.from_pretrained(source)
small = {
    "vocab_size": len(tokenizer), "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 16, "max_position_embeddings": 512, "pad_token_id": None,
    "bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id, "tie_word_embeddings": True,
    # Wide enough that logits differ much, and that a scale or a cap changes them much.
    "initializer_range": 0.5,
}
special = {
    "granite": {"logits_scaling": 8.0, "embedding_multiplier": 12.0, "attention_multiplier": 0.0625, "residual_multiplier": 0.22},
    "cohere": {"logit_scale": 0.0625},
    "falcon_h1": {"lm_head_multiplier": 0.04, "mamba_d_ssm": 64, "mamba_n_heads": 4, "mamba_d_head": 16, "mamba_d_state": 16, "mamba_n_groups": 1, "mamba_chunk_size": 16},
    "gemma2": {"final_logit_softcapping": 5.0, "query_pre_attn_scalar": 16, "sliding_window": 512},
    "gemma3_text": {"query_pre_attn_scalar": 16, "sliding_window": 512},
    "gemma4_text": {"final_logit_softcapping": 5.0, "sliding_window": 512, "vocab_size_per_layer_input": len(tokenizer), "hidden_size_per_layer_input": 16, "global_head_dim": 16},
}
torch.manual_seed(1)
config = AutoConfig.for_model(family, **{**small, **special.get(family, {})})
model = AutoModelForCausalLM.from_config(config).eval()
model.save_pretrained(folder)
for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json"):
    if (source / name).exists():
        shutil.copy(source / name, folder / name)

total, count = 0.0, 0
for row in rows:
    text = tokenizer.apply_chat_template([{"role": "user", "content": row["prompt"]}], add_generation_prompt=True, tokenize=False)
    prompt = tokenizer.encode(text, add_special_tokens=False)
    ids = prompt + tokenizer.encode(row["output"], add_special_tokens=False) + [tokenizer.eos_token_id]
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([ids])).logits[0].float()
    answer = torch.tensor(ids[len(prompt):])
    total += torch.nn.functional.cross_entropy(logits[len(prompt) - 1:-1], answer, reduction="sum").item()
    count += len(answer)
print(json.dumps({"model": type(model).__name__, "loss": total / count}))
