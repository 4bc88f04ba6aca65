"""Asks a model for countries through the metered socket, and writes a program that has
the teacher name their capitals."""
import http.client
import json
import os
import re
import socket
import sys


class Model(http.client.HTTPConnection):
    """The metered socket: the only way out of the sandbox."""

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(os.environ["AUTODATABENCH_SOCKET"])


def ask(question, seed):
    model = Model("localhost")
    body = {"messages": [{"role": "user", "content": question}], "max_tokens": 100, "temperature": 0.8, "seed": seed}
    model.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
    answer = json.loads(model.getresponse().read())
    if "error" in answer:
        sys.exit(answer["error"]["message"])
    return answer["choices"][0]["message"]["content"]


task = json.load(sys.stdin)
places = []
for n, part in enumerate(["Europe", "Africa", "Asia", "South America", "North America", "the Middle East"]):
    answer = ask("Write a list of ten countries in %s, one name a line and nothing else." % part, task["seed"] % 1000 + n)
    for line in answer.splitlines():
        name = re.sub(r"^[\d\s.)*-]+", "", line).split(":")[0].strip(" .")
        if re.fullmatch(r"[A-Z][A-Za-z' ]{2,30}", name) and name not in places:
            places.append(name)
print("""Plan: the model named %d countries; have the teacher say their capitals in a sentence.

```python
from autodatabench import ask_many, save_rows

places = %r
forms = ["What is the capital of %%s?", "Which city is the capital of %%s?"]
questions = [form %% p for form in forms for p in places][:60]
answers = ask_many([q + " Answer in one sentence." for q in questions], temperature=0.7, max_tokens=60)
rows = [{"instruction": q, "input": "", "output": a.strip()} for q, a in zip(questions, answers) if a and a.strip()]
save_rows(rows)
print(len(rows), "rows of", len(places), "places")
```""" % (len(places), places))
