"""llama.py GGUF PORT: llama.cpp's server for a model on this machine's processors, until
it is ended. It says "listening" when it answers."""
import signal
import sys

import xllamacpp

settings = xllamacpp.CommonParams()
settings.model.path, settings.port = sys.argv[1], int(sys.argv[2])
settings.hostnames = ["127.0.0.1"]
settings.n_ctx, settings.n_parallel, settings.n_gpu_layers = 4096, 2, 0
settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1  # threads that wait for each other spin, and others work here
settings.model_alias = {"smollm2"}
server = xllamacpp.Server(settings)
print("listening at", server.listening_address, flush=True)
signal.pause()
