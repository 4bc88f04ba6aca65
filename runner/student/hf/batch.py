# The worker of student back end hf that trains several trials in one pass. It stands
# after the text of worker.py (batch.go), of which it uses all but the start:
#
#     python -c TEXT --model FOLDER --device cpu|cuda --precision float32|bf16 [--share S]
#
# It speaks worker.py's lines, and one job more: {"op": "train_many", "job": N, "trials":
# [...]}, each trial with what "train" takes. In each round every trial makes one update on
# its own rows. The base's products are done once for the rows of all; what LoRA adds is
# each trial's own, and so are its gradient, its AdamW and its schedule. The rows of a
# trial never meet another's: neither attention nor a sum crosses from one to the other.
#
# The first event is "begun". "step" and "left" name the trial. "left" says that it is "done",
# "diverged" or "dropped"; the others go on. The line {"op": "drop", "job": N, "trial": K} has a trial
# left out from the next round on. Trials of a job have equal rank, alpha and packed,
# and no dropout, whose chance could not be what it is alone.
import itertools
import queue


class Trial:
    """One of the trainings of a job: its rows, its adapter and how far it is."""

    def __init__(self, torch: Any, number: int, job: dict[str, Any], rows: list[Row], adapter: Adapter, scales: Any) -> None:
        from transformers import get_cosine_schedule_with_warmup

        self.number, self.dir, self.name, recipe = number, job["dir"], job["name"], job["recipe"]
        self.sizes, self.scales = adapter.sizes, scales
        self.flat = adapter.flat.detach().clone().requires_grad_()
        self.total = recipe["epochs"] * math.ceil(len(rows) / recipe["batch_rows"])
        self.optimizer = torch.optim.AdamW([self.flat], lr=recipe["learning_rate"], weight_decay=recipe["weight_decay"])
        self.schedule = get_cosine_schedule_with_warmup(self.optimizer, math.ceil(recipe["warmup_ratio"] * self.total), self.total)
        self.updates = self.batches(rows, recipe, job["seed"])
        self.parts: list[Any] = []
        self.batch: list[Row] = []
        self.loss: Any = None
        self.step, self.seen, self.seconds = 0, 0, 0.0

    @staticmethod
    def batches(rows: list[Row], recipe: dict[str, Any], seed: int) -> Iterator[list[Row]]:
        """The rows of each update, in worker.py's order."""
        order, size = random.Random(seed), recipe["batch_rows"]
        for _ in range(recipe["epochs"]):
            shuffled = order.sample(rows, len(rows))
            for start in range(0, len(rows), size):
                yield shuffled[start:start + size]

    def begin(self, torch: Any) -> list[Owned]:
        """Takes the rows of the next update."""
        self.batch = next(self.updates)
        self.flat.grad, self.loss = torch.zeros_like(self.flat), torch.zeros((), device=self.flat.device)
        return [Owned(r.ids, r.answer, self) for r in self.batch]

    def answers(self) -> int:
        return sum(len(r.ids) - r.answer for r in self.batch)

    def matrices(self, n: int, base: Any) -> tuple[Any, Any]:
        """A and B of the n-th layer, as cast last."""
        return self.parts[2 * n].view(-1, base.in_features), self.parts[2 * n + 1].view(base.out_features, -1)


@dataclass
class Owned(Row):
    trial: Trial


def added(torch: Any) -> Callable[..., Any]:
    """A function that adds each trial's product of A and B to its part of the base's output.
    Gradients are written where they belong, so that no part is copied."""

    class Added(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, out: Any, x: Any, sizes: list[int], *matrices: Any) -> Any:
            low = [part @ a.T for part, a in zip(x.split(sizes), matrices[::2])]
            for part, products, b in zip(out.split(sizes), low, matrices[1::2]):
                part.addmm_(products, b.T)
            ctx.mark_dirty(out)
            ctx.sizes = sizes
            ctx.save_for_backward(x, *low, *matrices)
            return out

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            x, *rest = ctx.saved_tensors
            low, matrices = rest[:len(ctx.sizes)], rest[len(ctx.sizes):]
            back = torch.empty_like(x) if ctx.needs_input_grad[1] else None
            found = []
            for n, (part, products) in enumerate(zip(gradient.split(ctx.sizes), low)):
                a, b = matrices[2 * n], matrices[2 * n + 1]
                through = part @ b
                found += [through.T @ x.split(ctx.sizes)[n], part.T @ products]
                if back is not None:
                    torch.mm(through, a, out=back.split(ctx.sizes)[n])
            return gradient, back, None, *found

    return Added.apply


class Batch(Student):
    """The student of worker.py, which also trains several adapters in one pass."""

    def __init__(self, args: argparse.Namespace, channel: Channel, jobs: Jobs) -> None:
        self.jobs = jobs
        self.spread: list[tuple[Trial, int]] = []  # the trials of the pass, each with how many places are its own
        super().__init__(args.model, args.device, args.precision, args.share, channel, Ranks(args))
        self.add = added(self.torch)

    def train_many(self, job: dict[str, Any]) -> dict[str, Any]:
        torch, packed = self.torch, job["trials"][0]["recipe"].get("packed", False)
        self.channel.send("begun")
        if self.device == "cuda":
            torch.cuda.reset_peak_memory_stats()
        torch.use_deterministic_algorithms(True)
        shell = None
        try:
            trials = []
            for number, one in enumerate(job["trials"]):
                if shell is not None:
                    shell[0].unload()
                shell = self.adapter(one)
                rows = [cut_off(self.chat.row(r["prompt"], r["output"]), one["recipe"]["cutoff_tokens"]) for r in one["rows"]]
                trials.append(Trial(torch, number, one, rows, shell[1], trials[0].scales if trials else shell[1].scales))
            shell[0].train()
            self.share_layers(shell[0])
            if packed:
                self.base.set_attn_implementation(Packed.name)
                self.check_training(True)
            self.rounds(job["job"], trials, shell, packed)
            return {"memory": self.memory()}
        finally:
            if shell is not None:
                shell[0].unload()
            self.base.requires_grad_(False).eval()
            self.base.set_attn_implementation(self.attention)
            torch.use_deterministic_algorithms(True, warn_only=True)

    def adapter(self, one: dict[str, Any]) -> tuple[Any, Adapter]:
        """PEFT's model around the base with the trial's first weights, which are those of "train"."""
        from peft import LoraConfig, get_peft_model

        recipe = one["recipe"]
        self.torch.manual_seed(one["seed"])
        try:
            model = get_peft_model(self.base, LoraConfig(
                r=recipe["rank"], lora_alpha=recipe["alpha"], lora_dropout=0, target_modules="all-linear", task_type="CAUSAL_LM"))
        except ValueError as e:
            raise Refused(f"{type(self.base).__name__} takes no LoRA on all its linear layers: {e}") from e
        return model, Adapter(self.torch, model, self.dtype)

    def share_layers(self, model: Any) -> None:
        """Has the layers add the products of the trials of a pass."""
        from peft.tuners.lora import Linear

        for n, layer in enumerate(m for m in model.modules() if isinstance(m, Linear)):
            layer.forward = functools.partial(self.forward, n, layer.base_layer)

    def forward(self, n: int, base: Any, x: Any) -> Any:
        if not self.spread:
            return base(x)
        rows, sizes = x.flatten(0, -2), [size for _, size in self.spread]
        if len(rows) != sum(sizes):
            raise ValueError(f"a layer of {type(self.base).__name__} takes {len(rows)} places of {sum(sizes)}; leave batch_trials out")
        matrices = [m for trial, _ in self.spread for m in trial.matrices(n, base)]
        return self.add(base(rows), rows, sizes, *matrices).view(*x.shape[:-1], base.out_features)

    def rounds(self, job: int, trials: list[Trial], shell: tuple[Any, Adapter], packed: bool) -> None:
        """Has each trial make its updates, until all have left."""
        while trials := [t for t in trials if self.stays(job, t)]:
            begin = time.perf_counter()
            rows = [row for trial in trials for row in trial.begin(self.torch)]
            for group in passes(rows, self.limit, packed, 1):
                self.pass_backward(sorted(group, key=lambda r: r.trial.number), packed)
            norms = [self.torch.nn.utils.clip_grad_norm_([t.flat], 1.0) for t in trials]
            found = self.torch.stack(norms + [t.loss for t in trials]).tolist()
            rates = [t.schedule.get_last_lr()[0] for t in trials]
            good = [math.isfinite(norm) and math.isfinite(mean) for norm, mean in zip(found, found[len(trials):])]
            for trial in [t for t, fine in zip(trials, good) if fine]:
                trial.optimizer.step()
                trial.schedule.step()
            share = (time.perf_counter() - begin) / len(trials)
            kept = []
            for trial, fine, norm, mean, rate in zip(trials, good, found, found[len(trials):], rates):
                if not fine:
                    self.leave(trial, "diverged", message=f"update {trial.step + 1}: loss {mean}, norm of the gradient {norm}")
                    continue
                trial.step, trial.seen, trial.seconds = trial.step + 1, trial.seen + sum(len(r.ids) for r in trial.batch), trial.seconds + share
                self.channel.send("step", trial=trial.number, step=trial.step, total=trial.total, loss=mean, rate=rate, tokens=trial.seen,
                                  seconds=trial.seconds, memory=self.memory())
                if trial.step < trial.total:
                    kept.append(trial)
                else:
                    self.finish(trial, shell)
            trials = kept

    def stays(self, job: int, trial: Trial) -> bool:
        if (job, trial.number) not in self.jobs.dropped:
            return True
        self.leave(trial, "dropped")
        return False

    def leave(self, trial: Trial, why: str, **fields: Any) -> None:
        self.channel.send("left", trial=trial.number, why=why, **fields)

    def finish(self, trial: Trial, shell: tuple[Any, Adapter]) -> None:
        """Saves the adapter of a trial that has made all its updates, by PEFT's model."""
        if not self.torch.isfinite(trial.flat).all():
            self.leave(trial, "diverged", message="a weight is no number")
            return
        model, adapter = shell
        adapter.flat.detach().copy_(trial.flat.detach())
        model.peft_config["default"].base_model_name_or_path = trial.name
        model.save_pretrained(trial.dir)
        self.leave(trial, "done", trainable=trial.flat.numel(), memory=self.memory())

    def pass_backward(self, rows: list[Owned], packed: bool) -> None:
        """Adds the gradients of one pass, in which the rows lie trial by trial."""
        width = max(len(r.ids) for r in rows)
        groups = [(trial, list(own)) for trial, own in itertools.groupby(rows, key=lambda r: r.trial)]
        self.spread = [(trial, sum(len(r.ids) if packed else width for r in own)) for trial, own in groups]
        for trial, _ in groups:
            trial.parts = (trial.flat * trial.scales).to(self.dtype).split(trial.sizes)
        logits, wanted = self.pass_logits(rows, packed)
        losses = self.torch.nn.functional.cross_entropy(logits, wanted, reduction="none")
        losses = losses.split([sum(len(r.ids) - r.answer for r in own) for _, own in groups])
        means = [loss.sum() / trial.answers() for (trial, _), loss in zip(groups, losses)]
        sum(means).backward()
        for (trial, _), mean in zip(groups, means):
            trial.loss += mean.detach()
        self.spread = []


class Jobs:
    """What the program sends. A thread reads it, so that a trial can be dropped while others
    are trained."""

    def __init__(self, channel: Channel) -> None:
        self.waiting: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self.dropped: set[tuple[int, int]] = set()
        threading.Thread(target=self.read, args=(channel,), daemon=True).start()

    def read(self, channel: Channel) -> None:
        try:
            for line in channel.lines:
                job = json.loads(line)
                if job["op"] == "drop":
                    self.dropped.add((job["job"], job["trial"]))
                else:
                    self.waiting.put(job)
        finally:
            self.waiting.put(None)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.waiting.get, None)


def main() -> None:
    flags = argparse.ArgumentParser()
    flags.add_argument("--model")
    flags.add_argument("--device", choices=("cpu", "cuda"))
    flags.add_argument("--precision", choices=("float32", "bf16"))
    flags.add_argument("--share", type=float, default=1.0)
    flags.set_defaults(ranks=1, rank=0)
    args = flags.parse_args()
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false", CUBLAS_WORKSPACE_CONFIG=":4096:8")
    channel = Channel(socket.socket(fileno=3))
    jobs = Jobs(channel)
    try:
        student = Batch(args, channel, jobs)
    except Refused as e:
        channel.send("refused", message=str(e))
        return
    channel.send("ready", seconds=time.perf_counter() - BEGIN, parameters=student.parameters(), memory=student.memory())
    for job in jobs:
        try:
            channel.send("done", **{"train": student.train, "train_many": student.train_many, "generate": student.generate}[job["op"]](job))
        except Diverged as e:
            channel.send("diverged", message=str(e))
        except Refused as e:
            channel.send("refused", message=str(e))


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        sys.exit("the program that started this worker is gone")
