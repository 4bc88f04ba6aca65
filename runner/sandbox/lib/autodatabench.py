"""Helpers for data-curation programs: the teacher, the budget, the workspace.

A program runs in /workspace with no network. The teacher is reached through the
functions below; each prompt that is sent costs one call of the budget. The
program must leave submission.json, a JSON array of objects with the string keys
"instruction", "input" and "output".

    from autodatabench import ask_many, parse_json, save_rows

    answers = ask_many(["Write a question about ...", ...], temperature=0.9)
    rows = [parse_json(a) for a in answers if a]
    save_rows([r for r in rows if r])

The module needs the standard library only (Python 3.9 or newer).
"""

import http.client
import json
import os
import re
import socket
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

__all__ = [
    "ask", "ask_many", "parse_json", "calls_left", "seconds_left", "check_submission",
    "save_rows", "load_rows", "checkpoint", "restore", "load_public", "load_seed",
    "Answer", "BudgetExhausted", "TeacherError",
]

_SOCKET = os.environ.get("AUTODATABENCH_SOCKET", "/run/gateway.sock")
_WORKSPACE = os.environ.get("HOME", "/workspace")
_PID = os.getpid()


class BudgetExhausted(Exception):
    """No teacher calls are left, for this attempt or in total."""


class TeacherError(Exception):
    """The teacher gave no answer, or the request was refused.

    `status` is the HTTP status and `kind` the type of error, for example
    "invalid_request_error" or "teacher_unavailable".
    """

    def __init__(self, message, status=0, kind=""):
        super().__init__(message)
        self.status = status
        self.kind = kind


class Answer(str):
    """A text of the teacher. `finish_reason` says how it ended: "stop", "length"
    where max_tokens cut it, or "content_filter"."""

    finish_reason = "stop"


# --- the teacher -----------------------------------------------------------------


def ask(prompt, system=None, temperature=0.7, top_p=None, max_tokens=512, stop=None, json_mode=False):
    """Send one prompt to the teacher and return its text, an Answer. Costs one call.

    `stop` is a string or a list of strings that end the answer. `json_mode` makes
    the teacher answer with a JSON object. Raises BudgetExhausted or TeacherError.
    """
    body = _body(prompt, system, temperature, top_p, max_tokens, stop, json_mode)
    return _complete(body, _occurrence(body))


def ask_many(prompts, concurrency=None, on_error="none", system=None, temperature=0.7, top_p=None,
             max_tokens=512, stop=None, json_mode=False, progress=None):
    """Send many prompts at once; return the texts in the order of the prompts.

    A prompt is a string, or a dict with "prompt" and any argument of `ask` to
    override for it. A text is None where the teacher failed and where the budget
    was used up, which ends the batch early; with on_error="raise" the first
    failure is raised instead. `concurrency` is the number of calls in flight (by
    default what the platform allows). `progress(done, total)` is called after
    each answer.
    """
    if on_error not in ("none", "raise"):
        raise ValueError('on_error must be "none" or "raise"')
    shared = dict(system=system, temperature=temperature, top_p=top_p, max_tokens=max_tokens,
                  stop=stop, json_mode=json_mode)
    bodies = [_body(**{**shared, **(p if isinstance(p, dict) else {"prompt": p})}) for p in prompts]
    if not bodies:
        return []
    return _Batch(bodies, on_error, progress).run(concurrency)


class _Batch:
    """The calls of one ask_many."""

    def __init__(self, bodies, on_error, progress):
        self.jobs = [(i, body, _occurrence(body)) for i, body in enumerate(bodies)]
        self.texts = [None] * len(bodies)
        self.on_error, self.progress = on_error, progress
        self.lock = threading.Lock()
        self.done = 0
        self.error = None
        self.ended = False

    def run(self, concurrency):
        limit = max(1, int(concurrency or _get("/v1/budget")["concurrency"]))
        queue = iter(self.jobs)
        with ThreadPoolExecutor(min(limit, len(self.jobs))) as pool:
            workers = [pool.submit(self._work, queue) for _ in range(min(limit, len(self.jobs)))]
        for w in workers:
            w.result()  # an error in this module or in progress
        if self.error is not None:
            raise self.error
        return self.texts

    def _work(self, queue):
        try:
            while True:
                with self.lock:
                    job = None if self.ended else next(queue, None)
                if job is None:
                    return
                self._call(*job)
        except BaseException:
            self.ended = True
            raise

    def _call(self, index, body, occurrence):
        text, error = None, None
        try:
            text = _complete(body, occurrence)
        except (BudgetExhausted, TeacherError) as e:
            error = e
        with self.lock:
            self.texts[index] = text
            self.done += 1
            if isinstance(error, BudgetExhausted):
                self.ended = True
            if error is not None and self.on_error == "raise":
                self.ended = True
                self.error = self.error or error
            if self.progress is not None:
                self.progress(self.done, len(self.jobs))


def calls_left():
    """Return the teacher calls left: {"total": n, "attempt": n}."""
    b = _get("/v1/budget")
    return {"total": b["teacher_calls_left"], "attempt": b["teacher_calls_left_attempt"]}


def seconds_left():
    """Return the seconds of run time left."""
    return _get("/v1/budget")["seconds_left"]


def check_submission():
    """Check submission.json as the platform will and return the verdict.

    The dict has "valid", "problem" (one line, when not valid), "rows", "kept",
    "used", "reasons" (dropped rows by reason) and "dropped" (the first few). It
    waits while a check of another thread goes on.
    """
    for _ in range(600):
        try:
            return _request("POST", "/v1/check", b"{}")
        except TeacherError as e:
            if e.status != 429:
                raise
        time.sleep(0.1)
    raise TeacherError("another check goes on for a minute", 429, "rate_limit_error")


def _body(prompt, system=None, temperature=0.7, top_p=None, max_tokens=512, stop=None, json_mode=False):
    messages = [{"role": "user", "content": _text("prompt", prompt)}]
    if system is not None:
        messages.insert(0, {"role": "system", "content": _text("system", system)})
    body = {"messages": messages, "temperature": temperature, "top_p": top_p, "max_tokens": max_tokens,
            "stop": [stop] if isinstance(stop, str) else stop}
    if json_mode:
        body["response_format"] = {"type": "json_object"}
    body = {k: v for k, v in body.items() if v is not None}
    return json.dumps(body, sort_keys=True).encode()


def _text(name, value):
    if not isinstance(value, str):
        raise TypeError("%s must be a string, not %s" % (name, type(value).__name__))
    return value.encode("utf-8", "replace").decode()


_counts = {}
_counts_lock = threading.Lock()


def _occurrence(body):
    """Number equal requests, so that a repeated run gets the same answers.

    A forked process cannot know the numbers of its siblings and leaves the
    numbering to the platform.
    """
    if os.getpid() != _PID:
        return None
    with _counts_lock:
        n = _counts.get(body, 0)
        _counts[body] = n + 1
        return n


def _complete(body, occurrence):
    headers = {} if occurrence is None else {"X-Occurrence": str(occurrence)}
    answer = _request("POST", "/v1/chat/completions", body, headers)
    choice = answer["choices"][0]
    text = Answer(choice["message"]["content"])
    text.finish_reason = choice.get("finish_reason") or "stop"
    return text


# --- the wire --------------------------------------------------------------------


class _Connection(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("localhost")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(_SOCKET)


def _get(path):
    return _request("GET", path, None)


def _request(method, path, body, headers=None):
    headers = dict(headers or {}, Connection="close")
    if body is not None:
        headers["Content-Type"] = "application/json"
    connection = _Connection()
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        data = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as e:
        raise TeacherError("the platform cannot be reached: %s" % e) from e
    finally:
        connection.close()
    if response.status == 200:
        return data
    error = data.get("error", {})
    message, kind = error.get("message", "no message"), error.get("type", "")
    if kind == "budget_exhausted":
        raise BudgetExhausted(message)
    raise TeacherError(message, response.status, kind)


# --- answers ---------------------------------------------------------------------

_FENCE = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.S)

# A doubled backslash (kept), or one that no JSON text means as an escape: before
# a letter that JSON does not know, or at the start of a LaTeX command.
_LATEX = re.compile(
    r"\\\\|\\(?:[bf](?=[a-zA-Z])|(?:n(?:abla|eq|u)|r(?:ho|ight)|t(?:au|an|ext|heta|imes|riangle))(?![a-zA-Z])"
    r"|u(?![0-9a-fA-F]{4})|(?![\"\\/bfnrtu]))")


def parse_json(text):
    """Return the first JSON object or array in a text, or None.

    Understands code fences, text before and after, trailing commas, line breaks
    inside strings, and LaTeX whose backslashes were not doubled.
    """
    if not text:
        return None
    text = _LATEX.sub(lambda m: m.group() if m.group() == "\\\\" else "\\" + m.group(), text)
    for part in _FENCE.findall(text) + [text]:
        try:
            value = json.loads(part)
            if isinstance(value, (dict, list)):
                return value
        except (ValueError, RecursionError):
            pass
        for candidate in _balanced(part):
            value = _lenient(candidate)
            if value is not None:
                return value
    return None


def _balanced(text, limit=64):
    """Yield the outermost {...} and [...] of a text, at most `limit` of them."""
    start, found = 0, 0
    while found < limit:
        opening = re.compile(r"[{\[]").search(text, start)
        if opening is None:
            return
        end = _closing(text, opening.start())
        if end is None:
            start = opening.start() + 1
        else:
            yield text[opening.start():end]
            start = end
        found += 1


def _closing(text, start):
    """Return the end of the bracket that opens at start, None if it never closes."""
    stack, quoted, escaped = [], False, False
    for i in range(start, len(text)):
        c = text[i]
        if quoted:
            if escaped:
                escaped = False
            elif c == "\\":
                escaped = True
            elif c == '"':
                quoted = False
        elif c == '"':
            quoted = True
        elif c in "{[":
            stack.append("}" if c == "{" else "]")
        elif c in "}]":
            if stack.pop() != c:
                return None
            if not stack:
                return i + 1
    return None


def _lenient(text):
    for candidate in (text, _without_trailing_commas(text)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _without_trailing_commas(text):
    return re.sub(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])', lambda m: m.group(1) or "", text, flags=re.S)


# --- the workspace ---------------------------------------------------------------


def save_rows(rows, path="submission.json"):
    """Write rows as a JSON array, whole or not at all."""
    _write(_path(path), json.dumps(list(rows), ensure_ascii=True, indent=1))


def load_rows(path="submission.json"):
    """Return the rows of a JSON array, [] when there is no file."""
    try:
        with open(_path(path), encoding="utf-8") as f:
            return json.load(f)
    except FileNotFoundError:
        return []


def checkpoint(name, obj):
    """Keep obj (anything JSON can hold) under a name, for a later program too."""
    _write(_checkpoint(name), json.dumps(obj))


def restore(name, default=None):
    """Return what `checkpoint` kept under the name, or the default."""
    try:
        with open(_checkpoint(name), encoding="utf-8") as f:
            return json.load(f)
    except (FileNotFoundError, ValueError):
        return default


def load_public():
    """Return the items of the public test set, one dict each."""
    with open(_path("task/public.jsonl"), encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def load_seed():
    """Return the seed questions, or None in the scratch setting."""
    try:
        with open(_path("task/seed.json"), encoding="utf-8") as f:
            return json.load(f)
    except FileNotFoundError:
        return None


def _path(path):
    return os.path.join(_WORKSPACE, path)


def _checkpoint(name):
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}", name):
        raise ValueError("a checkpoint's name has letters, digits, dots, dashes and underscores")
    folder = _path("checkpoints")
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, name + ".json")


def _write(path, text):
    folder = os.path.dirname(path)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as f:
            f.write(text)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
