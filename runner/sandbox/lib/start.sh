# Sets the limit on processes, says that it got so far and becomes the program. Arguments:
# the most processes, then the program with its own. Descriptor 3 is the pipe on which
# the platform learns that the program was reached; the exit status is the program's from
# then on. All other limits hold before bubblewrap begins; that on processes counts
# within its user namespace.
exec 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
ulimit -p "$1" 2>/dev/null || ulimit -u "$1" || exit 126 # dash and busybox say -p, bash -u
shift
umask 022
[ -x "$1" ] || { echo "the interpreter cannot be reached with the rights of the sandbox" >&2; exit 126; }
printf started >&3
exec 3>&-
exec "$@"
