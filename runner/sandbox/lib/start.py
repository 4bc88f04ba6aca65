"""Sets limits, gives up rights, says that it got so far and becomes the program.

First of all it closes every file that the platform or its caller left open.
argv: a JSON object of settings, then the program and its arguments. It is run
isolated (python3 -I) before any of the agent's code. The platform learns from
the pipe `started` whether the program was reached; its exit status is the
program's from then on.
"""

import json
import os
import resource
import sys

_LIMITS = {
    "memory": resource.RLIMIT_AS,
    "processes": resource.RLIMIT_NPROC,
    "file_size": resource.RLIMIT_FSIZE,
    "open_files": resource.RLIMIT_NOFILE,
    "core": resource.RLIMIT_CORE,
}


def main():
    settings = json.loads(sys.argv[1])
    started = settings["started"]
    for fd in [int(name) for name in os.listdir("/proc/self/fd")]:
        if fd > 2 and fd != started:
            _close(fd)
    for name, value in settings["limits"].items():
        hard = resource.getrlimit(_LIMITS[name])[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(_LIMITS[name], (value, value))
    uid = settings["uid"]
    if uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    os.umask(0o022)
    if not os.access(sys.argv[2], os.X_OK):
        sys.exit("the interpreter cannot be reached with the rights of the sandbox")
    os.set_inheritable(started, False)
    os.write(started, b"started")
    os.execv(sys.argv[2], sys.argv[2:])


def _close(fd):
    try:
        os.close(fd)
    except OSError:
        pass  # the one that listed the folder


main()
