"""server.py MODEL PORT FOLDER: SkyRL tx's server of the Tinker API for a model on this
machine's processors, until it is ended. What it keeps is in FOLDER.

Its own start asks for uv and Python 3.12: here the engine is started by this program,
and pydantic gets the TypedDict that it wants on Python 3.11.
"""
import sys
import typing

import typing_extensions

typing.TypedDict = typing_extensions.TypedDict

from skyrl.tinker.config import EngineConfig, config_to_argv  # noqa: E402

if sys.argv[1] == "--engine":
    import runpy

    del sys.argv[1]
    runpy.run_module("skyrl.tinker.engine", run_name="__main__", alter_sys=True)
    sys.exit()

import uvicorn  # noqa: E402
from skyrl.tinker import api  # noqa: E402

model, port, folder = sys.argv[1:]
api._build_uv_run_cmd_engine = lambda parent, config: [sys.executable, __file__, "--engine", *config_to_argv(config)]
api.app.state.engine_config = EngineConfig(
    base_model=model, backend="jax", checkpoints_base=f"{folder}/checkpoints", database_url=f"sqlite:///{folder}/tinker.db",
    backend_config={"max_lora_adapters": 16, "max_lora_rank": 32, "sample_max_num_sequences": 16})
uvicorn.run(api.app, host="127.0.0.1", port=int(port))
