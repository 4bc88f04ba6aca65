"""Reads a folder that Model.Save wrote, with an adapter that Adapter.Save wrote
in adapter/, and prints what transformers and peft compute: the tokens of a chat
and the log-probabilities of a row without and with the adapter, as JSON.

    python read.py FOLDER QUESTION ANSWER
"""
import json
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer


def log_probs(model, ids):
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
    return [logits[i, ids[i + 1]].item() for i in range(len(ids) - 1)]


folder, question, answer = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(folder)
prompt = tokenizer.apply_chat_template(
    [{"role": "user", "content": question}], add_generation_prompt=True, tokenize=False)
ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
answer_from = len(ids)
ids += tokenizer(answer + tokenizer.eos_token, add_special_tokens=False)["input_ids"]
model = AutoModelForCausalLM.from_pretrained(folder).eval()
plain = log_probs(model, ids)
tuned = log_probs(PeftModel.from_pretrained(model, folder + "/adapter").eval(), ids)
json.dump({"ids": ids, "answer_from": answer_from, "log_probs": plain, "adapter_log_probs": tuned,
           "decoded": tokenizer.decode(ids[answer_from:], skip_special_tokens=True)}, sys.stdout)
