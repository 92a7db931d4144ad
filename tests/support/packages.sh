# SPDX-License-Identifier: Apache-2.0
# Installs what is missing: sourced by examples/run and tests/run.
#
#   need TOOL PACKAGE            a program on the PATH
#   need_header HEADER PACKAGE [FLAG...]   a header that the C++ compiler finds, with these flags (looked for by compiling, not by asking for the package)
#   install_needed               one apt-get for all that is missing: as root, or by sudo without a password; else it prints the command

missing_packages=""
missing() { case " $missing_packages " in *" $1 "*) ;; *) missing_packages="$missing_packages $1" ;; esac; }
need() { command -v "$1" >/dev/null 2>&1 || missing "$2"; }
has_header() { # HEADER [FLAG...]
  local header="$1"
  shift
  printf '#include <%s>\nint main() {}\n' "$header" | g++ -std=c++20 "$@" -fsyntax-only -x c++ - >/dev/null 2>&1
}
need_header() {
  local header="$1" package="$2"
  shift 2
  has_header "$header" "$@" || missing "$package"
}
install_needed() {
  [ -n "$missing_packages" ] || return 0
  echo "installing:$missing_packages"
  if [ "$(id -u)" = 0 ]; then
    as_root=""
  elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
  else
    echo "Please run once:  sudo apt-get install --no-install-recommends$missing_packages" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  $as_root apt-get update -qq
  # shellcheck disable=SC2086
  $as_root apt-get install -y -qq --no-install-recommends $missing_packages >/dev/null
  missing_packages=""
}
