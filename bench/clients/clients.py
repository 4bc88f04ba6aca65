"""Asks the program's servers with the clients that people have, unchanged.

    clients.py STUDENT_URL STUDENT_MODEL TEACHER_URL TEACHER_MODEL

The addresses end in /v1. Prints a line a check (client, what, holds) and, last,
`clients: n of m passed, k skipped, t s`. Exit code 1 when a check fails. Needs the
environment of environment.sh and no network beyond this machine.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

STUDENT, MODEL, TEACHER, PROCEDURAL = sys.argv[1:5]
QUESTION = "What is 3 + 4?"
TURNS = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": QUESTION},
    {"role": "assistant", "content": "7"},
    {"role": "user", "content": "What is 5 + 4?"},
]
LIMIT = 12
WORK = tempfile.mkdtemp()
os.environ.update(
    HOME=WORK, HF_HOME=WORK + "/hf", HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", LLM_USER_PATH=WORK + "/llm", LITELLM_LOCAL_MODEL_COST_MAP="True",
    STUDENT_BASE_URL=STUDENT, STUDENT_API_KEY="none", OPENAI_API_KEY="none", INSPECT_LOG_DIR=WORK + "/inspect", INSPECT_DISPLAY="none",
    DO_NOT_TRACK="1", TOKENIZERS_PARALLELISM="false",
)
checks = []


def check(client, what):
    def add(function):
        checks.append((client, what, function))
        return function
    return add


def same(got, want):
    assert got == want, f"{got!r}, want {want!r}"


def reference(messages):
    """The greedy answer, without any client."""
    body = json.dumps({"model": MODEL, "messages": messages, "temperature": 0, "max_tokens": LIMIT}).encode()
    request = urllib.request.Request(STUDENT + "/chat/completions", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["choices"][0]["message"]["content"]


def one():
    return reference([{"role": "user", "content": QUESTION}])


def openai_client(url=STUDENT):
    from openai import OpenAI
    return OpenAI(base_url=url, api_key="none", max_retries=0)


ask = dict(model=MODEL, messages=[{"role": "user", "content": QUESTION}], temperature=0, max_tokens=LIMIT)


@check("openai", "chat completions")
def _():
    answer = openai_client().chat.completions.create(**ask)
    same(answer.choices[0].message.content, one())
    assert answer.usage.completion_tokens > 0 and answer.usage.prompt_tokens > 0


@check("openai", "chat completions, streamed, with usage")
def _():
    text, used = "", 0
    for piece in openai_client().chat.completions.create(**ask, stream=True, stream_options={"include_usage": True}):
        text += "".join(c.delta.content or "" for c in piece.choices)
        used = piece.usage.completion_tokens if piece.usage else used
    same(text, one())
    assert used > 0


@check("openai", "several turns")
def _():
    answer = openai_client().chat.completions.create(**{**ask, "messages": TURNS})
    same(answer.choices[0].message.content, reference(TURNS))


@check("openai", "draws without a seed differ")
def _():
    drawn = {openai_client().chat.completions.create(**{**ask, "temperature": 1, "max_tokens": 60}).choices[0].message.content for _ in range(4)}
    assert len(drawn) > 1, f"four times {drawn}"


@check("openai", "models, one model, a model that is not there")
def _():
    from openai import BadRequestError, NotFoundError
    client = openai_client()
    same([m.id for m in client.models.list()], [MODEL])
    same(client.models.retrieve(MODEL).id, MODEL)
    for call in (lambda: client.models.retrieve("none"), lambda: client.chat.completions.create(**{**ask, "model": "none"})):
        try:
            call()
            raise AssertionError("no NotFoundError")
        except NotFoundError:
            pass
    try:
        client.chat.completions.create(**{**ask, "messages": [{"role": "user", "content": "3 + 4 " * 400}]})
        raise AssertionError("a prompt over the window is taken")
    except BadRequestError as e:
        assert "context length" in str(e), e


@check("openai", "responses, as a whole and streamed")
def _():
    client = openai_client()
    asked = dict(model=MODEL, input=QUESTION, temperature=0, max_output_tokens=LIMIT)
    answer = client.responses.create(**asked)
    same(answer.output_text, one())
    assert answer.usage.output_tokens > 0
    text, ended = "", None
    for event in client.responses.create(**asked, stream=True):
        if event.type == "response.output_text.delta":
            text += event.delta
        ended = event
    same(text, one())
    assert ended.type in ("response.completed", "response.incomplete"), ended.type


@check("openai", "the teacher: chat completions and responses")
def _():
    client = openai_client(TEACHER)
    problem = "Write a problem about the area of a rectangle, with its solution."
    assert client.chat.completions.create(model=PROCEDURAL, messages=[{"role": "user", "content": problem}]).choices[0].message.content
    assert client.responses.create(model=PROCEDURAL, input=problem).output_text


def anthropic_client():
    from anthropic import Anthropic
    return Anthropic(base_url=STUDENT.removesuffix("/v1"), api_key="none", max_retries=0)


# The SDK has no temperature any more; servers that take one get it so.
asked = dict(model=MODEL, messages=[{"role": "user", "content": QUESTION}], max_tokens=LIMIT, extra_body={"temperature": 0})


@check("anthropic", "messages")
def _():
    answer = anthropic_client().messages.create(**asked)
    same(answer.content[0].text, one())
    assert answer.usage.output_tokens > 0 and answer.stop_reason in ("end_turn", "max_tokens")


@check("anthropic", "messages, streamed")
def _():
    with anthropic_client().messages.stream(**asked) as stream:
        same("".join(stream.text_stream), one())
        assert stream.get_final_message().usage.output_tokens > 0


@check("anthropic", "system text and several turns")
def _():
    answer = anthropic_client().messages.create(**{**asked, "system": "Be brief.", "messages": TURNS[1:]})
    same(answer.content[0].text, reference(TURNS))


@check("anthropic", "a model that is not there")
def _():
    from anthropic import NotFoundError
    try:
        anthropic_client().messages.create(**{**asked, "model": "none"})
        raise AssertionError("no NotFoundError")
    except NotFoundError:
        pass


@check("litellm", "completion by OpenAI's form, as a whole and streamed")
def _():
    import litellm
    more = dict(model="openai/" + MODEL, api_base=STUDENT, api_key="none", messages=ask["messages"], temperature=0, max_tokens=LIMIT)
    same(litellm.completion(**more).choices[0].message.content, one())
    same("".join(p.choices[0].delta.content or "" for p in litellm.completion(**more, stream=True)), one())


@check("litellm", "completion by Anthropic's form")
def _():
    import litellm
    litellm.suppress_debug_info = True
    answer = litellm.completion(
        model="anthropic/" + MODEL, api_base=STUDENT.removesuffix("/v1"), api_key="none", messages=ask["messages"], temperature=0, max_tokens=LIMIT)
    same(answer.choices[0].message.content, one())


def inspect_scores(client, **config):
    from inspect_ai import Task, eval
    from inspect_ai.dataset import Sample
    from inspect_ai.scorer import includes
    from inspect_ai.solver import generate
    task = Task(dataset=[Sample(input=QUESTION, target=one())], solver=generate(), scorer=includes())
    log = eval(task, model=client, log_dir=WORK + "/inspect", temperature=0, max_tokens=LIMIT, display="none", **config)[0]
    assert log.status == "success", log.error
    return log


@check("inspect-ai", "an evaluation (provider openai-api)")
def _():
    log = inspect_scores("openai-api/student/" + MODEL)
    same(log.results.scores[0].metrics["accuracy"].value, 1)


@check("inspect-ai", "three epochs without a seed")
def _():
    same(len(inspect_scores("openai-api/student/" + MODEL, epochs=3).samples), 3)


def lm_eval(*more):
    os.makedirs(WORK + "/tasks", exist_ok=True)
    with open(WORK + "/tasks/rows.json", "w") as f:
        for a in range(1, 9):
            f.write(json.dumps({"question": f"What is {a} + 4?", "answer": str(a + 4)}) + "\n")
    with open(WORK + "/tasks/sums.yaml", "w") as f:
        f.write(f"""task: sums
dataset_path: json
dataset_kwargs: {{data_files: {{train: {WORK}/tasks/rows.json, test: {WORK}/tasks/rows.json}}}}
output_type: generate_until
training_split: train
fewshot_split: train
test_split: test
doc_to_text: "{{{{question}}}}"
doc_to_target: "{{{{answer}}}}"
generation_kwargs: {{until: ["\\n\\n"], max_gen_toks: {LIMIT}, do_sample: false, temperature: 0}}
metric_list: [{{metric: exact_match, aggregation: mean, higher_is_better: true}}]
""")
    done = subprocess.run(
        [sys.executable, "-m", "lm_eval", "run", "--model", "local-chat-completions", "--model_args",
         f"model={MODEL},base_url={STUDENT}/chat/completions,num_concurrent=2,max_retries=1,tokenizer_backend=None",
         "--tasks", "sums", "--include_path", WORK + "/tasks", "--apply_chat_template", *more],
        capture_output=True, text=True, timeout=280)
    assert done.returncode == 0 and "exact_match" in done.stdout, (done.stdout + done.stderr)[-1500:]


@check("lm-eval", "a task by local-chat-completions")
def _():
    lm_eval()


@check("lm-eval", "the same with two shots as turns")
def _():
    lm_eval("--num_fewshot", "2", "--fewshot_as_multiturn", "true")


@check("llm", "a question, and one that goes on")
def _():
    os.makedirs(WORK + "/llm", exist_ok=True)
    with open(WORK + "/llm/extra-openai-models.yaml", "w") as f:
        f.write(f"- model_id: student\n  model_name: {MODEL}\n  api_base: {STUDENT}\n")
    def say(*more):
        done = subprocess.run([os.path.dirname(sys.executable) + "/llm", "-m", "student", *more], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-1500:]
        return done.stdout
    options = ["-o", "temperature", "0", "-o", "max_tokens", str(LIMIT)]
    same(say(QUESTION, *options).strip(), one().strip())
    same(say("--no-stream", QUESTION, *options).strip(), one().strip())
    assert say("-c", "What is 5 + 4?", *options).strip()


def main():
    begin, passed, skipped = time.time(), 0, 0
    only = os.environ.get("CLIENTS", "").split()
    for client, what, function in checks:
        if only and client not in only:
            skipped += 1
            continue
        at, why = time.time(), ""
        try:
            function()
        except BaseException as e:  # a client may raise anything
            if isinstance(e, KeyboardInterrupt):
                raise
            why = f"{type(e).__name__}: {e}"
        passed += not why
        print(f"{client:<12}{what:<56}{'no' if why else 'yes':<5}{time.time() - at:.1f} s", flush=True)
        if why:
            print("    " + why.replace("\n", "\n    "), flush=True)
    print(f"clients: {passed} of {len(checks)} passed, {skipped} skipped, {time.time() - begin:.0f} s")
    sys.exit(passed + skipped != len(checks))


main()
