# Sourced by tools/demo and tests/e2e: the bench as child processes of the caller. The caller sets
#   top build out readers printers seed
#   and, for other than the usual: print_ms (a card's time in the printer), document_wait_ms (a print job's for its document)
# and calls bench_stop on every way out. Afterwards $bench is the bench's folder (short: socket paths have at
# most 107 bytes), $cli the command line. Nothing that was started outlives the caller, not even its SIGKILL.
# shellcheck shell=bash disable=SC2154

bench=
cli=
pids=()          # in the order of starting
daemon_pid=
front_pid=       # what bench_wait_for waits for
daemon_under=()  # a command that the daemon runs under

bench_number() {  # bench_number NAME VALUE LEAST MOST
  [[ $2 =~ ^[0-9]+$ ]] && [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] && return 0
  echo "$1 takes a number from $3 to $4, not $2" >&2
  exit 2
}

bench_stop_pid() {  # TERM, then KILL after ten seconds; answers the exit code
  local pid=$1 i code=0
  kill -TERM "$pid" 2>/dev/null || true
  for ((i = 0; i < 200; i++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  [ "$i" -lt 200 ] || kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || code=$?
  return "$code"
}

bench_stop() {  # the daemon first, then what it works with, the last one first
  local i
  [ -z "$front_pid" ] || bench_stop_pid "$front_pid" || true
  front_pid=
  [ -z "$daemon_pid" ] || bench_stop_pid "$daemon_pid" || true
  daemon_pid=
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do bench_stop_pid "${pids[i]}" || true; done
  pids=()
}

bench_wait_for() {  # bench_wait_for COMMAND...: its exit code; unlike a plain call, a signal to us is heeded at once
  local code=0
  "$@" &
  front_pid=$!
  wait "$front_pid" || code=$?
  front_pid=
  return "$code"
}

bench_started() {  # bench_started WHAT PID PATH: waits for PATH, at most twenty seconds and while PID runs
  local i
  for ((i = 0; i < 400; i++)); do
    [ -e "$3" ] && return 0
    kill -0 "$2" 2>/dev/null || break
    sleep 0.05
  done
  echo "$1 did not start; see $out/logs/$1.log" >&2
  return 1
}

bench_run() {  # bench_run NAME COMMAND...: in the background, with a log of its own; dies with us
  local name=$1
  shift
  setpriv --pdeathsig KILL "$@" >>"$out/logs/$name.log" 2>&1 </dev/null &
  pids+=($!)
}

bench_list() {  # bench_list COUNT PREFIX: ["PREFIX1","PREFIX2",…]
  local n items=()
  for ((n = 1; n <= $1; n++)); do items+=("\"$2$n\""); done
  (IFS=, && echo "[${items[*]}]")
}

# Throw-away keys, approved jobs, blanks for them; trust anchors into $out/trust.
bench_make() {  # bench_make JOBS
  local jobs=$1
  bench=$(mktemp -d /tmp/imprimatur.XXXXXX)
  cli=$build/bin/imprimatur
  export IMPRIMATUR_SOCKET=$bench/imprimatur.sock
  export IMPRIMATUR_TEMPLATES=$top/templates
  export IMPRIMATUR_FONTS=$build/fonts
  mkdir -p "$out/logs" "$out/trust" "$bench/sockets" "$bench/pcscd/conf" "$bench/spool"
  "$cli" keys init --test "$bench/keys" >/dev/null
  "$cli" sample --count "$jobs" --seed "$seed" --keys "$bench/keys" --out "$bench/jobs" >/dev/null
  cp "$bench/keys/trust/csca.pem" "$bench/keys/trust/log.vkey" "$out/trust/"
}

# Cards, pcscd, printers; the daemon's configuration.
bench_start() {  # bench_start JOBS
  local jobs=$1 n port
  bench_run virtual-card "$build/bin/virtual-card" --socket-dir "$bench/sockets" --readers "$readers" \
    --printers "$printers" --class "vn-citizen=$((jobs * 3 / 4 + jobs / 4 + 8))" \
    --class "utopia-id=$((jobs / 4 + jobs / 4 + 8))" --transport-master "$bench/keys/bench/transport-master.hex" \
    --state "$bench/cards" --seed "$((seed + 1))" --time instant --receipt "$bench/receipt.csv"
  bench_started virtual-card "${pids[-1]}" "$bench/sockets/control.sock"

  for ((n = 1; n <= readers; n++)); do
    printf 'FRIENDLYNAME "Imprimatur Virtual Reader %d"\nDEVICENAME %s\nLIBPATH %s\nCHANNELID %d\n\n' \
      "$n" "$bench/sockets/reader-$n.sock" "$build/lib/libifdimprimatur.so" "$n"
  done >"$bench/pcscd/conf/readers"
  bench_run pcscd "$top/tools/pcscd-private" "$bench/pcscd"
  export PCSCLITE_CSOCK_NAME=$bench/pcscd/run/pcscd.comm
  bench_started pcscd "${pids[-1]}" "$PCSCLITE_CSOCK_NAME"

  bench_run virtual-printer "$build/bin/virtual-printer" --port 0 --printers "$printers" --spool "$bench/spool" \
    --print-ms "${print_ms:-100}" --document-wait-ms "${document_wait_ms:-60000}" --seed "$seed" --ready-file "$bench/printer-port"
  bench_started virtual-printer "${pids[-1]}" "$bench/printer-port"
  port=$(<"$bench/printer-port")

  cat >"$bench/imprimatur.toml" <<TOML
station = "demo-1"
log_origin = "imprimatur.example/test-log"
test_keys = true
work = "work"
templates = "$top/templates"
fonts = "$build/fonts"
keys = "keys"
socket = "imprimatur.sock"
evidence_dir = "$out"
products = ["utopia-id", "vn-citizen"]
connections_per_person = 256

[vault]
module = "/usr/lib/softhsm/libsofthsm2.so"
token_label = "imprimatur-test"
pin_file = "keys/pin"
softhsm_conf = "keys/softhsm2.conf"

[line]
name = "line-1"
readers = $(bench_list "$readers" "Imprimatur Virtual Reader ")
printers = $(bench_list "$printers" "ipp://127.0.0.1:$port/ipp/print/card-")
poll_interval_ms = 20
card_time_min_ms = 50

[line.face_reader]
driver = "virtual"
heads = 2
spool = "spool"
resolution_dpi = 300

[line.transport]
driver = "virtual"
socket = "sockets/control.sock"
TOML
  for ((n = 0; n < 200; n++)); do  # pcscd needs a moment to see its readers
    [ "$("$cli" card readers 2>/dev/null | grep -c 'Imprimatur Virtual Reader' || true)" -ge "$readers" ] && return 0
    sleep 0.05
  done
  echo "pcscd does not show $readers readers; see $out/logs/pcscd.log" >&2
  return 1
}

bench_days_later() {  # bench_days_later DAYS: what the daemon takes for today, from its next start on
  daemon_under=()
  [ "$1" -eq 0 ] || daemon_under=(env "LD_PRELOAD=$(echo /usr/lib/*/faketime/libfaketimeMT.so.1)" "FAKETIME=+$1d"
    FAKETIME_DONT_FAKE_MONOTONIC=1)
}

bench_launch_daemon() {  # bench_launch_daemon [CONFIGURATION OPTION...]: in the background; it may not be ready yet
  local configuration=${1:-$bench/imprimatur.toml} options=(--create)
  [ $# -eq 0 ] || options=("${@:2}")
  rm -f "$IMPRIMATUR_SOCKET"
  setpriv --pdeathsig KILL "${daemon_under[@]}" "$build/bin/imprimaturd" --config "$configuration" "${options[@]}" \
    >>"$out/logs/imprimaturd.log" 2>&1 </dev/null &
  daemon_pid=$!
}

bench_start_daemon() {  # the same, and waits until it is there
  bench_launch_daemon "$@"
  bench_started imprimaturd "$daemon_pid" "$IMPRIMATUR_SOCKET"
}

bench_submit() {
  find "$bench/jobs" -name '*.json' -print0 | sort -z | xargs -0 "$cli" submit
}

# What the station says at the end, and its log and report.
bench_collect() {
  "$cli" --json station >"$bench/station.json"
  "$cli" --json jobs >"$bench/jobs.ndjson"
  "$cli" --json stock >"$bench/stock.json"
}
