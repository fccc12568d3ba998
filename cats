#!/usr/bin/env bash
# Runs the CATs command line: `./cats --help`. Builds it first when there is no build or a source is newer.
#
# Works from any folder and through a symbolic link; paths on the command line are relative to where you are.
#   JAVA_HOME       the JDK to use, else the `java` on the path
#   CATS_JAVA_OPTS  more options for the JVM, for example -Xmx2g (they win over the ones below)
#   CATS_LOG_LEVEL  what goes to cats.log: warn (the default), info, debug
set -euo pipefail

fail() {
  printf 'cats: %s\n' "$@" >&2
  exit 2
}

# The folder this script is in, behind any symbolic links.
here=${BASH_SOURCE[0]}
while [ -L "$here" ]; do
  link=$(readlink "$here")
  case $link in
    /*) here=$link ;;
    *) here=$(dirname "$here")/$link ;;
  esac
done
root=$(cd -P "$(dirname "$here")" && pwd)
jar=$root/jobs/target/cats-jobs.jar
classes=$jar:$root/jobs/target/lib/*

find_java() {
  if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then
    java=$JAVA_HOME/bin/java
  elif ! java=$(command -v java); then
    fail "Cannot run: there is no Java here." \
      "Install a JDK 17 or newer (Debian, Ubuntu: apt-get install openjdk-17-jdk; macOS: brew install openjdk@17)," \
      "or set JAVA_HOME to the folder of one."
  fi
  # A JDK says its version in a file; starting it only to ask would take longer than most answers.
  local version='' home
  home=$(dirname "$(dirname "$(readlink -f "$java" 2>/dev/null || echo "$java")")")
  if [ -r "$home/release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$home/release")
  fi
  if [ -z "$version" ]; then
    version=$("$java" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -n 1) || true
  fi
  local major=${version%%[.-]*}
  case $major in
    '' | *[!0-9]*) return ;; # a Java that words it differently: let it try
  esac
  if [ "$major" -lt 17 ]; then
    fail "Cannot run on Java $version ($java): expected 17 or newer." \
      "Install a JDK 17 or newer, or set JAVA_HOME to the folder of one."
  fi
}

# True when there is no jar yet, or a source, a resource or a pom changed after it was built.
is_stale() {
  [ -f "$jar" ] && [ -d "$root/jobs/target/lib" ] && [ -d "$root/ray-bridge/stages/target/lib" ] || return 0
  [ -n "$(cd "$root" && find . \( -name target -o -name .git -o -name node_modules -o -path '*/src/test' \) -prune -o \
    \( -name pom.xml -o -path '*/src/main/*' \) -newer "$jar" -print 2>/dev/null | head -n 1)" ]
}

build() {
  local maven log started line
  "$java" --list-modules 2>/dev/null | grep -q '^jdk.compiler' ||
    fail "Cannot build: $java is a runtime without a compiler." \
      "Install a JDK 17 or newer (Debian, Ubuntu: apt-get install openjdk-17-jdk), or set JAVA_HOME to the folder of one."
  maven=$(command -v mvn) ||
    fail "Cannot build: there is no Maven here (mvn)." \
      "Install Maven 3.8.7 or newer (Debian, Ubuntu: apt-get install maven; macOS: brew install maven)."
  log=$root/target/build.log
  mkdir -p "$root/target"
  started=$SECONDS
  echo "Building CATs on Flink (the first time takes a minute or more: Maven fetches Flink)" >&2
  # A jar that is older than its sources, or half written, must not look like a good one.
  trap 'rm -f "$jar"' EXIT
  # Colours off; the module in work is all the console shows.
  if ! (cd "$root" && "$maven" -B -ntp -Dstyle.color=never -DskipTests -pl jobs -am package </dev/null 2>&1) |
    tee "$log" | while IFS= read -r line; do
      case $line in
        '[INFO] Building CATs '*:*'/'*)
          line=${line#\[INFO\] Building CATs }
          printf '  [%s %s\n' "${line##*\[}" "${line%% [0-9]*}" >&2
          ;;
      esac
    done; then
    echo >&2
    grep -E '^\[ERROR\]' "$log" | sed 's/^\[ERROR\] *//' | grep -v '^$' | head -n 12 >&2 || true
    fail "Cannot build: Maven's whole answer is in $log."
  fi
  trap - EXIT
  echo "Built in $((SECONDS - started)) s" >&2
  echo >&2
}

# Logs go into the store when there is one, else to the folder for temporary files.
log_file() {
  local store=cats-data want=no word
  for word in "$@"; do
    if [ "$want" = yes ]; then
      store=$word
      want=no
    fi
    case $word in
      --store) want=yes ;;
      --store=*) store=${word#--store=} ;;
    esac
  done
  store=${store#file://}
  if [ -d "$store" ] && [ -w "$store" ]; then
    echo "$store/cats.log"
  else
    echo "${TMPDIR:-/tmp}/cats-$(id -u).log"
  fi
}

java=
find_java
if is_stale; then
  build
fi

options=(
  -Xmx640m -XX:MaxMetaspaceSize=256m -XX:MaxDirectMemorySize=256m
  -Xshare:auto
  -Dcats.log="$(log_file "$@")" -Dcats.log.level="${CATS_LOG_LEVEL:-warn}"
  -Dlog4j2.configurationFile="$root/flink-conf/log4j-cli.properties"
  -Dfile.encoding=UTF-8 -Dcats.root="$root"
)
# Questions are short: the quick compiler and the small collector answer them sooner.
case ${1:-} in
  '' | -* | help | log | show | trace | up | down | doctor) options+=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1) ;;
  verify | export | import | fetch | prune) options+=(-XX:+UseSerialGC) ;;
  *) options+=(-XX:+UseParallelGC) ;;
esac

# The JVM flags Flink needs are written down once, in the pom.
read -r -a opens < <(sed -n 's:.*<flink.opens>\(.*\)</flink.opens>.*:\1:p' "$root/pom.xml")
# shellcheck disable=SC2086 # the user's options are words
exec "$java" "${opens[@]}" "${options[@]}" ${CATS_JAVA_OPTS:-} -cp "$classes" dev.cats.cli.Cats "$@"
