#!/bin/sh
# A worker that writes a numbered line every INTERVAL seconds (default 1), every fifth one to standard error, and finishes the
# line it is at when told to stop. SIGUSR1 makes it exit with 3.
stop() { echo "level=info msg=\"got $1, stopping after line $n\""; exit 0; }
n=0
trap 'stop INT' INT
trap 'stop TERM' TERM
trap 'echo "level=error msg=\"told to crash\"" >&2; exit 3' USR1

echo "level=info msg=\"worker started\" pid=$$ instance=${PHAROS_INSTANCE_INDEX:-${NODE_APP_INSTANCE:-0}}"
while :; do
  n=$((n + 1))
  if [ $((n % 5)) -eq 0 ]; then
    echo "level=warn msg=\"line $n\"" >&2
  else
    echo "level=info msg=\"line $n\""
  fi
  # The shell runs a trap only between commands, but interrupts a wait: so the sleep goes to the background.
  sleep "${INTERVAL:-1}" &
  wait $!
done
