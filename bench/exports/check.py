"""Gives the files of `export` below the current folder to the programs that they are for:
the validator of Every Eval Ever, and Inspect's reader and viewer. trials.jsonl has the
figures that they must tell."""

import glob
import json
import math
import os
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import jsonschema
from every_eval_ever.schema import schema_json
from every_eval_ever.validator.validate import main as validate
from inspect_ai.log import read_eval_log, read_eval_log_sample_summaries


def trials():
    with open("trials.jsonl", encoding="utf-8") as lines:
        return {(t["agent"], t["workflow"], t["setting"], t["domain"], t["run"]): t for t in map(json.loads, lines)}


def evaluations(told):
    os.chdir("eee")  # paths within the data store are checked
    files, samples = glob.glob("data/*/*/*/*.json"), glob.glob("data/*/*/*/*.jsonl")
    assert len(files) == len(told), (len(files), len(told))
    assert validate(files + samples) == 0, "the validator of Every Eval Ever refuses the files"
    for path in files:
        e = json.load(open(path, encoding="utf-8"))
        jsonschema.validate(e, schema_json("eval.schema.json"))
        d = e["evaluation_results"][0]["generation_config"]["additional_details"]
        domain = e["evaluation_id"].split("/")[2]
        t = told[e["model_info"]["additional_details"]["agent"], d["workflow"], d["setting"], domain, int(d["run"])]
        figures = {r["evaluation_result_id"]: r["score_details"]["score"] for r in e["evaluation_results"]}
        for name in ("private_accuracy", "public_accuracy", "gain", "mats"):
            assert figures.get(name) == t[name], (path, name, figures.get(name), t[name])
    for path in samples:
        lines = open(path, encoding="utf-8").read().splitlines()
        for line in lines:
            jsonschema.validate(json.loads(line), schema_json("instance_level_eval.schema.json"))
    os.chdir("..")
    print(f"Every Eval Ever: {len(files)} files and {len(samples)} files of samples")


def logs(told):
    files = sorted(glob.glob("inspect/*.eval"))
    seen = 0
    for path in files:
        log = read_eval_log(path)
        m = log.eval.metadata
        assert log.status == "success" and len(log.samples) == log.results.total_samples, path
        assert len(read_eval_log_sample_summaries(path)) == len(log.samples), path
        for s in log.samples:
            t = told[m["agent"], log.eval.task_args["workflow"], log.eval.task_args["setting"], s.id, s.epoch]
            for name in ("gain", "private_accuracy", "public_accuracy"):
                score = s.scores.get(name)
                assert (score and score.value) == t[name], (path, name)
            said = [e for e in s.events if e.event == "model"]
            assert len(said) == t["attempts"], (path, len(said), t["attempts"])
            assert [e.output.completion for e in said] == [x.text for x in s.messages if x.role == "assistant"], path
            seen += 1
        for score in log.results.scores:
            means = {}
            for s in log.samples:
                if score.name in s.scores:
                    means.setdefault(s.id, []).append(s.scores[score.name].value)
            mean = sum(sum(v) / len(v) for v in means.values()) / len(means)
            assert math.isclose(score.metrics["mean"].value, mean, rel_tol=1e-12, abs_tol=1e-12), (path, score.name)
    assert files and seen == len(told), (seen, len(told))
    print(f"Inspect reads {len(files)} logs of {seen} trials")
    return files


def viewed(files):
    """The viewer lists every log and hands its parts to the page."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = [sys.executable, "-m", "inspect_ai", "view", "start", "--log-dir", "inspect", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    at = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                listed = json.load(urllib.request.urlopen(at + "/api/log-files", timeout=10))
                break
            except OSError:
                assert server.poll() is None, server.stdout.read().decode()
                time.sleep(0.1)
        names = sorted(f["name"] for f in listed["files"])
        assert [n.rsplit("/", 1)[1] for n in names] == [f.rsplit("/", 1)[1] for f in files], names
        for name in names:
            log = json.load(urllib.request.urlopen(f"{at}/api/logs/{urllib.parse.quote(name, safe='')}", timeout=60))
            assert log["samples"] and log["samples"][0]["events"], name
        page = urllib.request.urlopen(at + "/", timeout=10).read()
        assert b"<html" in page.lower()
    finally:
        server.terminate()
        server.wait()
    print(f"inspect view lists and opens {len(files)} logs")


told = trials()
evaluations(told)
viewed(logs(told))
