# The worker of student back end tinker. It stands after the text of hf's worker
# (runner/student/hf), whose chat template, cut-off and channel it uses:
#
#     python -c TEXT --model FOLDER --base NAME [--url URL]
#
# FOLDER has the tokenizer and the chat template, NAME is the base at the service. It
# speaks hf's lines: "train" and "generate" are done by a service of the Tinker API, whose
# key is in TINKER_API_KEY. A step counts the tokens that were trained on, an answer those
# that were read and written. With --check it prints versions, with --probe what models
# the service has.
#
# Whatever the service sends is bounded and checked before it is used.
import concurrent.futures
import contextlib
import gzip
import pathlib
import signal
import tarfile
import traceback
import urllib.parse
import urllib.request

NEEDED = ("tinker", "transformers")
PATIENCE = 600  # seconds for one answer of the service, or for fetching an adapter, at most
KEPT = 30 * 24 * 3600  # seconds that the service keeps an adapter for sampling
MOST_ARCHIVE = 4 << 30  # bytes of an adapter
MOST_CONFIG = 1 << 20
MOST_UNPACKED = 2 * MOST_ARCHIVE  # bytes of all that is in an archive
MOST_WORDS = 4000  # of a refusal; the program hides the key before it shortens them further
FILES = {"adapter_config.json": MOST_CONFIG, "adapter_model.safetensors": MOST_ARCHIVE}
PLACE = "tinker.json"  # beside an adapter: where the service has it
AT_A_TIME = 64  # questions
MOST_MEMORY = 16 << 30  # bytes of this process: an answer without end ends it


def refusal(e):
    """The words of an error that no other try would mend; None for another."""
    import tinker

    status = getattr(e, "status_code", None)
    if isinstance(e, tinker.APIStatusError) and status in (400, 401, 402, 403, 404, 409, 413, 422):
        return f"the service answered {status}: {' '.join(str(e).split())[:MOST_WORDS]}"
    if isinstance(e, tinker.RequestFailedError) and "user" in str(getattr(e, "category", "")).lower():
        return f"the service refused: {' '.join(str(e).split())[:MOST_WORDS]}"
    return None


def wait(asked):
    """The answer of the service, which one version of its SDK gives at once and another later."""
    return asked.result(timeout=PATIENCE) if hasattr(asked, "result") else asked


@contextlib.contextmanager
def within(seconds, what):
    """Ends what is done in the main thread after so many seconds, however slowly bytes come."""
    def late(*given):
        raise TimeoutError(f"{what} takes more than {seconds} seconds")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the key's service names the address itself."""

    def redirect_request(self, *given):
        return None


def fetch(url, path, most):
    """Downloads the address into the file, at most so many bytes."""
    if urllib.parse.urlsplit(url).scheme not in ("https", "http"):
        raise ValueError(f"the service names an archive at {url[:80]!r}")
    with urllib.request.build_opener(NoRedirect).open(url, timeout=120) as answer, open(path, "wb") as out:
        size = 0
        while block := answer.read(1 << 20):
            size += len(block)
            if size > most:
                raise ValueError(f"the service sends an adapter of more than {most} bytes")
            out.write(block)


class Bounded:
    """What is in an archive, packed by gzip or not, up to MOST_UNPACKED bytes."""

    def __init__(self, packed):
        self.source, self.size = gzip.open(packed) if packed.peek(2)[:2] == b"\x1f\x8b" else packed, 0

    def read(self, size):
        block = self.source.read(size)
        self.size += len(block)
        if self.size > MOST_UNPACKED:
            raise ValueError(f"the service's archive unpacks to more than {MOST_UNPACKED} bytes")
        return block


def unpack(archive, folder):
    """Takes an adapter's two files out of the archive, and nothing else."""
    found = set()
    with open(archive, "rb") as packed, tarfile.open(fileobj=Bounded(packed), mode="r|") as tar:
        for member in tar:
            name = pathlib.PurePosixPath(member.name).name
            if name not in FILES or not member.isfile() or name in found:
                continue
            if member.size > FILES[name]:
                raise ValueError(f"{name} in the service's archive has {member.size} bytes")
            with tar.extractfile(member) as source, open(folder / name, "wb") as out:
                while block := source.read(1 << 20):
                    out.write(block)
            found.add(name)
    if len(found) != len(FILES):
        raise ValueError(f"the service's archive has {sorted(found)}, and not both of {sorted(FILES)}")


def canonical(path):
    """Writes the weights in the order of their names, and without notes: the same weights
    have the same digest, whoever wrote them."""
    with open(path, "rb") as f:
        length = int.from_bytes(f.read(8), "little")
        if length > MOST_CONFIG:
            raise ValueError(f"the adapter's table of weights has {length} bytes")
        table = json.loads(f.read(length))
        table.pop("__metadata__", None)
        whole = path.with_suffix(".new")
        fresh, at = {}, 0
        for name in sorted(table):
            begin, end = table[name]["data_offsets"]
            if not 0 <= begin <= end <= MOST_ARCHIVE:
                raise ValueError(f"the adapter's weight {name[:80]!r} lies at {begin} to {end}")
            fresh[name] = {"dtype": table[name]["dtype"], "shape": table[name]["shape"], "data_offsets": [at, at + end - begin]}
            at += end - begin
        if at > path.stat().st_size:
            raise ValueError("the adapter's weights overlap")
        header = json.dumps(fresh, separators=(",", ":")).encode()
        header += b" " * (-len(header) % 8)
        with open(whole, "wb") as out:
            out.write(len(header).to_bytes(8, "little") + header)
            for name in sorted(table):
                begin, end = table[name]["data_offsets"]
                f.seek(8 + length + begin)
                out.write(f.read(end - begin))
    whole.replace(path)


class Rented:
    """A base model at the service."""

    def __init__(self, args, channel):
        import tinker
        from transformers import AutoTokenizer

        self.tinker, self.base, self.channel = tinker, args.base, channel
        self.chat = Chat(AutoTokenizer.from_pretrained(args.model))
        self.ends = sorted({self.chat.end(), self.chat.tokenizer.eos_token_id})
        self.service = tinker.ServiceClient(**({"base_url": args.url} if args.url else {}))

    def models(self):
        found = self.service.get_server_capabilities().supported_models
        return [str(m.model_name)[:300] for m in found[:1000]]

    def datum(self, row, weight):
        """A row whose answer's tokens have the weight."""
        types, asked = self.tinker.types, row.answer - 1
        return types.Datum(model_input=types.ModelInput.from_ints(row.ids[:-1]), loss_fn_inputs={
            "target_tokens": row.ids[1:], "weights": [0.0] * asked + [weight] * (len(row.ids) - 1 - asked)})

    def train(self, job):
        recipe = job["recipe"]
        rows = [cut_off(self.chat.row(r["prompt"], r["output"]), recipe["cutoff_tokens"]) for r in job["rows"]]
        client = wait(self.service.create_lora_training_client(
            base_model=self.base, rank=recipe["rank"], seed=job["seed"] % (1 << 31), train_unembed=False))
        self.updates(client, rows, recipe, job["seed"])
        path = wait(client.save_weights_for_sampler(name=f"adb-{job['seed'] % (1 << 31)}", ttl_seconds=KEPT)).path
        self.take(path, pathlib.Path(job["dir"]))
        return {}

    def updates(self, client, rows, recipe, seed):
        """The order, the learning rates and the mean loss of hf's worker, with its AdamW."""
        size, adam = recipe["batch_rows"], self.tinker.types.AdamParams
        total = recipe["epochs"] * math.ceil(len(rows) / size)
        warm = math.ceil(recipe["warmup_ratio"] * total)
        order, step, seen, begin = random.Random(seed), 0, 0, time.perf_counter()
        for _ in range(recipe["epochs"]):
            shuffled = order.sample(rows, len(rows))
            for start in range(0, len(rows), size):
                batch = shuffled[start:start + size]
                answers = sum(len(r.ids) - r.answer for r in batch)
                rate = recipe["learning_rate"] * (step / warm if step < warm else (1 + math.cos(math.pi * (step - warm) / max(1, total - warm))) / 2)
                passed = client.forward_backward([self.datum(r, 1 / answers) for r in batch], "cross_entropy")
                stepped = client.optim_step(adam(learning_rate=rate, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=recipe["weight_decay"], grad_clip_norm=1.0))
                mean = self.loss(wait(passed), batch) / answers
                wait(stepped)
                step, seen = step + 1, seen + sum(len(r.ids) for r in batch)
                if not math.isfinite(mean):
                    raise Diverged(f"update {step}: loss {mean}")
                self.channel.send("step", step=step, total=total, loss=mean, rate=rate, tokens=seen, seconds=time.perf_counter() - begin)

    @staticmethod
    def loss(passed, batch):
        """What the service says of the answers' tokens, in nats."""
        outputs = passed.loss_fn_outputs
        if len(outputs) != len(batch):
            raise ValueError(f"the service answered {len(outputs)} of {len(batch)} rows")
        total = 0.0
        for output, row in zip(outputs, batch):
            logprobs = output["logprobs"].data
            if len(logprobs) != len(row.ids) - 1:
                raise ValueError(f"the service answered {len(logprobs)} of {len(row.ids) - 1} tokens")
            total -= sum(float(p) for p in logprobs[row.answer - 1:])
        return total

    def take(self, path, folder):
        """Fetches the adapter that the service has at the path."""
        run, _, checkpoint = str(path).removeprefix("tinker://").partition("/")  # SkyRL tx leaves out sampler_weights/
        if not str(path).startswith("tinker://") or not re.fullmatch(r"[\w:./-]{1,200}", run + "/" + checkpoint) or ".." in checkpoint or not checkpoint:
            raise ValueError(f"the service has the adapter at {str(path)[:80]!r}")
        url = wait(self.service.create_rest_client().get_checkpoint_archive_url(run, checkpoint)).url
        folder.mkdir(parents=True, exist_ok=True)
        archive = folder / "archive"
        try:
            with within(PATIENCE, "fetching the adapter"):
                fetch(url, archive, MOST_ARCHIVE)
                unpack(archive, folder)
                canonical(folder / "adapter_model.safetensors")
        finally:
            archive.unlink(missing_ok=True)
        (folder / PLACE).write_text(json.dumps({"base": self.base, "path": str(path)}))

    def generate(self, job):
        types = self.tinker.types
        if job["adapter"]:
            place = json.loads((pathlib.Path(job["adapter"]) / PLACE).read_text())
            client = wait(self.service.create_sampling_client(model_path=place["path"]))
        else:
            client = wait(self.service.create_sampling_client(base_model=self.base))
        prompts = [self.chat.fitting(p, job["context"] - job["max_tokens"]) for p in job["prompts"]]
        params = types.SamplingParams(max_tokens=job["max_tokens"], temperature=job["temperature"], top_p=job["top_p"] or 1.0,
                                      seed=job["seed"] % (1 << 31), stop=self.ends)

        def ask(i):
            said = wait(client.sample(prompt=types.ModelInput.from_ints(prompts[i]), num_samples=1, sampling_params=params))
            ids = list(said.sequences[0].tokens)
            if len(ids) > job["max_tokens"] or not all(isinstance(t, int) and 0 <= t < len(self.chat.tokenizer) + 4096 for t in ids):
                raise ValueError(f"the service answered {len(ids)} tokens where {job['max_tokens']} are the most, or such that the model has not")
            return i, ids

        pool = concurrent.futures.ThreadPoolExecutor(AT_A_TIME)
        try:
            for asked in concurrent.futures.as_completed([pool.submit(ask, i) for i in range(len(prompts))]):
                i, ids = asked.result()
                kept = ids[:next((n for n, t in enumerate(ids) if t in self.ends), len(ids))]
                self.channel.send("answer", index=i, text=self.chat.tokenizer.decode(kept, skip_special_tokens=True), read=len(prompts[i]), tokens=len(ids))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # after an error no other question is paid for
        return {}


def main():
    flags = argparse.ArgumentParser()
    flags.add_argument("--check", action="store_true")
    flags.add_argument("--probe", action="store_true")
    flags.add_argument("--model")
    flags.add_argument("--base")
    flags.add_argument("--url")
    args = flags.parse_args()
    if args.check:
        print(json.dumps({name: importlib.metadata.version(name) for name in NEEDED}))
        return
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false", TINKER_TELEMETRY="0")
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    channel = None if args.probe else Channel(socket.socket(fileno=3))

    def refused(e):
        words = str(e) if isinstance(e, Refused) else refusal(e)
        if words is None:
            raise e
        if args.probe:
            print(json.dumps({"refused": words}))
        else:
            channel.send("refused", message=words)

    try:
        student = Rented(args, channel)
        if args.probe:
            print(json.dumps({"models": student.models()}))
            return
    except Exception as e:
        refused(e)
        return
    channel.send("ready", seconds=time.perf_counter() - BEGIN)
    for line in channel.lines:
        job = json.loads(line)
        try:
            channel.send("done", **{"train": student.train, "generate": student.generate}[job["op"]](job))
        except Diverged as e:
            channel.send("diverged", message=str(e))
        except Exception as e:
            refused(e)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        sys.exit("the program that started this worker is gone")
    except Exception:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # at once: sys.exit waits for the questions that are still asked
