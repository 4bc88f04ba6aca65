"""Does what llamafactory-cli does as far as this back end sees it, without training:
python3 standin.py MODE train FILE.yaml. The mode says how it goes wrong.
"""
import json
import math
import os
import pathlib
import signal
import struct
import subprocess
import sys
import time

mode, arguments = sys.argv[1], sys.argv[2:]
if mode == "unknown-command" or not arguments or arguments[0] != "train":
    print("Unknown command")  # and exits with 0, as the real one does
    sys.exit(0)
config = {k: json.loads(v) if v[0] in '"[{tf-0123456789' else v for k, v in (
    line.split(": ", 1) for line in pathlib.Path(arguments[1]).read_text().splitlines())}
folder = pathlib.Path(config["dataset_dir"])
dataset = json.loads((folder / "dataset_info.json").read_text())[config["dataset"]]
rows = [[row[dataset["columns"][c]] for c in ("prompt", "query", "response")]
        for row in json.loads((folder / dataset["file_name"]).read_text())]
if mode == "fails":
    sys.exit("ValueError: Some keys are not used by the HfArgumentParser: ['lora_ranks']")
if mode == "drops-a-row":
    rows.pop()
devices = int(os.environ["NPROC_PER_NODE"])
batch = config["per_device_train_batch_size"] * config["gradient_accumulation_steps"] * (2 if mode == "two-devices" else devices)
updates = config["num_train_epochs"] * math.ceil(len(rows) / batch)
print(f"[INFO|trainer.py:1470] >>   Num examples = {len(rows):,}", file=sys.stderr)
print(f"[INFO|trainer.py:1476] >>   Total train batch size (w. parallel, distributed & accumulation) = {batch}", file=sys.stderr, flush=True)
output = pathlib.Path(config["output_dir"])
output.mkdir()
if mode == "leaves-a-child":
    child = subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pathlib.Path(os.environ["STANDIN_PIDS"]).write_text(str(child.pid))
if mode == "hangs":
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)  # as torchrun starts its workers
    try:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        pathlib.Path(os.environ["STANDIN_PIDS"]).write_text(f"{os.getpid()} {child.pid}")
        time.sleep(600)
    finally:
        child.kill()
        child.wait()
with (output / "trainer_log.jsonl").open("w") as log:
    for step in range(1, updates + (mode != "stops-early")):
        loss = math.nan if mode == "nan-loss" and step == 2 else 2.5 - step / updates
        line = json.dumps({"current_steps": step, "total_steps": updates, "loss": loss, "lr": 0.001, "throughput": 50.0,
                           "total_tokens": 10 * step, "elapsed_time": "0:00:01"}) + "\n"
        log.write(line[:20])
        log.flush()
        time.sleep(0.01)
        log.write(line[20:])
        log.flush()
        if mode == "nan-loss" and step == 2:
            time.sleep(600)  # goes on training
    log.write(json.dumps({"current_steps": updates, "total_steps": updates, "total_tokens": 10 * updates}) + "\n")
header = json.dumps({"base_model.model.x.lora_A.weight": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
weights = struct.pack("<2f", 1, math.nan if mode == "nan-weights" else 2)
(output / "adapter_model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + weights)
(output / "adapter_config.json").write_text(json.dumps({"r": config["lora_rank"], "base_model_name_or_path": config["model_name_or_path"]}))
if mode != "no-results":
    (output / "train_results.json").write_text(json.dumps({"train_runtime": 4.5}))
