"""Sets the limit on processes, gives up rights, says that it got so far and becomes
the program.

First of all it closes every file that the platform or its caller left open.
argv: the descriptor of the pipe `started`, the user id (0 for none of its own) and
the most processes, then the program and its arguments. It is run isolated (python3
-I -S) before any of the agent's code. The platform learns from the pipe whether the
program was reached; its exit status is the program's from then on. The other limits
hold before bubblewrap begins; that on processes counts within its user namespace.
"""

import os
import resource
import sys


def main():
    started, uid, processes = (int(n) for n in sys.argv[1].split(","))
    for fd in [int(name) for name in os.listdir("/proc/self/fd")]:
        if fd > 2 and fd != started:
            _close(fd)
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    if hard != resource.RLIM_INFINITY:
        processes = min(processes, hard)
    resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
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
