"""The SDK of the Tinker API with a service that misbehaves as STANDIN says."""
import http.server
import io
import json
import os
import struct
import tarfile
import threading
import time
from types import SimpleNamespace as Some

MODE = os.environ["STANDIN"]


class APIStatusError(Exception):
    def __init__(self, status, words):
        super().__init__(words)
        self.status_code = status


class RequestFailedError(Exception):
    pass


class types:
    class Datum(Some):
        pass

    class AdamParams(Some):
        pass

    class SamplingParams(Some):
        pass

    class ModelInput(list):
        from_ints = classmethod(lambda cls, ids: cls(ids))


class Answer:
    """Comes after so many seconds."""

    def __init__(self, value, after=0):
        self.value, self.after = value, after

    def result(self, timeout):
        time.sleep(min(self.after, timeout))
        if self.after > timeout:
            raise TimeoutError(f"nothing came for {timeout} seconds")
        return self.value


def weights():
    value = float("nan") if MODE == "weights" else 0.5
    header = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    return struct.pack("<Q", len(header)) + header + struct.pack("<2f", value, 1)


def archive():
    config = json.dumps({"peft_type": "LORA", "r": 99 if MODE == "rank" else int(os.environ["RANK"])}).encode()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, data in (("../../adapter_config.json", config), ("in/adapter_model.safetensors", weights()), ("../other", b"x")):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            if MODE == "without" and name.endswith("config.json"):
                continue
            if MODE == "link" and name.endswith("config.json"):
                member.type, member.linkname, member.size = tarfile.SYMTYPE, "/etc/passwd", 0
            if MODE == "great" and name.endswith("config.json"):
                data = b" " * (2 << 20)
                member.size = len(data)
            if MODE == "bomb" and name == "../other":
                data = b"x" * (8 << 20)
                member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return out.getvalue()


class Serve(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if MODE == "elsewhere":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        while MODE == "trickle":
            self.wfile.write(b"x")
            time.sleep(0.1)
        self.wfile.write(b"no archive" if MODE == "junk" else archive())

    def log_message(self, *given):
        pass


class Training:
    steps = 0

    def forward_backward(self, data, loss):
        rows = data[1:] if MODE == "rows" else data
        value = float("nan") if MODE == "nan" else -2.0
        self.steps += 1
        after = {"queue": 3 if self.steps == 1 else 0, "silent": 1000}.get(MODE, 0)
        return Answer(Some(loss_fn_outputs=[
            {"logprobs": Some(data=[value] * (len(d.model_input) - (MODE == "tokens")))} for d in rows]), after)

    def optim_step(self, params):
        return Answer(None)

    def save_weights_for_sampler(self, name, ttl_seconds):
        return Answer(Some(path="http://elsewhere/a" if MODE == "path" else f"tinker://run/sampler_weights/{name}"))


class Sampling:
    def __init__(self, base):
        self.base = base

    def sample(self, prompt, num_samples, sampling_params):
        if MODE == "dear":
            with open(os.environ["SENT"], "a") as sent:
                sent.write("x")
            if prompt[-len("<assistant>") - len("first</>"):][:5] == [ord(c) for c in "first"]:
                raise APIStatusError(503, "busy")
            return Answer(None, 30)
        ids = {"long": [65] * 1000, "alien": [10**9], "text": ["A"]}.get(MODE, [65, 66] if self.base else [67, 68])
        return Answer(Some(sequences=[Some(tokens=ids + [3])]))


class ServiceClient:
    def __init__(self, base_url=None):
        if os.environ["TINKER_API_KEY"] != "tml-good":
            raise APIStatusError(401, "no such key: " + os.environ["TINKER_API_KEY"])
        if "ANOTHERS" in os.environ or "TINKER_BASE_URL" in os.environ:
            raise APIStatusError(403, "the SDK was given another's secret")

    def get_server_capabilities(self):
        return Some(supported_models=[Some(model_name="base")])

    def create_lora_training_client(self, **asked):
        if MODE == "down":
            raise APIStatusError(503, "busy, whoever has " + os.environ["TINKER_API_KEY"])
        return Training()

    def create_sampling_client(self, base_model=None, model_path=None):
        if MODE == "lost" and model_path:
            raise APIStatusError(404, "no such checkpoint")
        return Sampling(base_model)

    def create_rest_client(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Serve)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = "file:///etc/passwd" if MODE == "file" else f"http://127.0.0.1:{server.server_port}/a"
        return Some(get_checkpoint_archive_url=lambda run, checkpoint: Answer(Some(url=url)))
