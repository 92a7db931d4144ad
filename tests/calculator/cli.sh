# SPDX-License-Identifier: Apache-2.0
# Calls of the calculator that need a shell: sh cli.sh CALCULATOR DATA CASE
calculator="$1" data="$2"
case "$3" in
  full_disk) "$calculator" "$data/batch.jsonl" --batch --format json >/dev/full ;;
  full_disk_one) head -n 1 "$data/batch.jsonl" | "$calculator" --format json >/dev/full ;;
  closed_pipe) { yes "$(head -n 1 "$data/batch.jsonl")" | head -n 100000 | "$calculator" --batch --format json; echo "status $?" >&2; } | head -n 1 >/dev/null ;;
  long_line) { head -c 17000000 /dev/zero | tr '\0' ' '; echo; cat "$data/bad.json"; } | "$calculator" --batch --format json ;;
  constant_memory) # 20,000 answers of 2 kB each, in an address space that would not hold a third of them
    ulimit -v 40000
    yes "$(head -n 1 "$data/batch.jsonl")" | head -n 20000 | "$calculator" --batch --format json | wc -l ;;
esac
