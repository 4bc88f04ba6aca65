"""Feed an experiment tracker from `autodatabench run --events -`.

    autodatabench run --events - FILE.yaml | python follow.py --to trackio

Each trial becomes a run with its public scores, losses, calls and costs, and at its
end the private score. events.md beside this file describes the events.
"""

import argparse
import json
import sys


class Trackio:
    """Runs in trackio. `trackio show` draws them."""

    def begin(self, project, name, config):
        import trackio

        return trackio.init(project=project, name=name, config=config)

    def log(self, run, values):
        run.log(values)

    def end(self, run, failed):
        run.finish()


class MLflow:
    """Runs in MLflow, at MLFLOW_TRACKING_URI or in a file here."""

    def __init__(self):
        from mlflow import MlflowClient

        self.client, self.step = MlflowClient(), {}

    def begin(self, project, name, config):
        known = self.client.get_experiment_by_name(project)
        experiment = known.experiment_id if known else self.client.create_experiment(project)
        run = self.client.create_run(experiment, run_name=name).info.run_id
        for key, value in config.items():
            self.client.log_param(run, key, value)
        return run

    def log(self, run, values):
        step = self.step[run] = self.step.get(run, -1) + 1
        for key, value in values.items():
            self.client.log_metric(run, key, value, step=step)

    def end(self, run, failed):
        self.client.set_terminated(run, "FAILED" if failed else "FINISHED")


def values_of(event, calls):
    """The numbers of an event that are worth a curve."""
    data, kind = event["data"], event["event"]
    if kind == "score":
        return {f"{data['set']}_accuracy": data["accuracy"]}
    if kind == "attempt" and event["state"] == "updated":
        return {"loss": data["loss"]}
    if kind == "attempt" and event["state"] == "ended":
        return {"attempt": data["attempt"], "kept_rows": data.get("kept", 0), **calls}
    if kind == "trial":
        return {"attempts": data["attempts"], "valid_attempts": data["valid_attempts"], **calls}
    return {}


def follow(lines, tracker):
    runs, spent = {}, {}
    for line in lines:
        event = json.loads(line)
        if event["schema"] != 1:
            sys.exit(f"follow.py reads events of schema 1, not {event['schema']}")
        trial = event.get("trial")
        if not trial or event["data"].get("earlier"):
            continue
        name = "{domain}/{workflow}-{setting}/{agent}/{run}".format(**trial)
        if event["event"] == "trial" and event["state"] == "started":
            config = {k: event["data"][k] for k in ("teacher", "student", "simulated")}
            runs[name], spent[name] = tracker.begin(event["experiment"], name, trial | config), {}
        if name not in runs:
            continue  # the private score of a trial that an earlier run finished
        if event["event"] == "call":
            data, used = event["data"], spent[name]
            for key, n in ((f"{data['of']}_calls", data["calls"]), ("tokens", data["input_tokens"] + data["output_tokens"]), ("usd", data.get("cost_usd", 0))):
                used[key] = used.get(key, 0) + n
        if values := values_of(event, spent[name]):
            tracker.log(runs[name], values)
        if event["event"] == "trial" and event["state"] in ("ended", "stopped"):
            tracker.end(runs.pop(name), failed=event["state"] == "stopped")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", choices=["trackio", "mlflow"], required=True)
    follow(sys.stdin, {"trackio": Trackio, "mlflow": MLflow}[parser.parse_args().to]())
