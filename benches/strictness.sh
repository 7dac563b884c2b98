#!/bin/sh
# strictness.sh [servers|clients]: probes every server and client that is installed here, each with its
# usual settings, and prints the tables of README.md. It needs a release build (`cargo build --release`).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
wirelab=${WIRELAB:-$here/../target/release/wirelab}
export WIRELAB="$wirelab"
what=${1:-all}
dir=$(mktemp -d "${TMPDIR:-/tmp}/wirelab-strictness-XXXXXX")
trap 'rm -rf "$dir"' EXIT

# The counts of one level in JSON: `291 of 291`.
level() {
    sed -n "s/^ *\"$1\": {\"passed\": \([0-9]*\), \"failed\": \([0-9]*\),.*/\1 \2/p" "$dir/json" |
        { read -r passed failed; echo "$passed of $((passed + failed))"; }
}

servers() {
    echo "Measured on $(date +%Y-%m-%d):"
    echo
    echo "| server | MUST | SHOULD | security |"
    echo "| --- | ---: | ---: | ---: |"
    for name in serve nginx apache lighttpd haproxy node python go caddy; do
        version=$("$here/servers/run.sh" $name version 2>/dev/null) && test -n "$version" || continue
        "$wirelab" probe --server "$here/servers/run.sh $name {port}" --json > "$dir/json" || true
        echo "| $version | $(level MUST) | $(level SHOULD) | $(level security) |"
    done
}

# One row: the version, then the command.
client() {
    version=$1
    "$wirelab" probe --client "$2" --brief > "$dir/text" 2>&1 || true
    row=$(sed -n 's/^passed: MUST \(.*\) · SHOULD \(.*\) · security \(.*\)/| \1 | \2 | \3 |/p' "$dir/text")
    if [ -n "$row" ]; then echo "| $version $row"; else echo "| $version | $(tail -1 "$dir/text") |"; fi
}

clients() {
    echo "| client | MUST | SHOULD | security |"
    echo "| --- | ---: | ---: | ---: |"
    client '`cargo lab fetch`' "$wirelab fetch {url}"
    if command -v curl > "$dir/null"; then
        client "$(curl --version | sed -n 's/^\(curl [0-9.]*\).*/\1/p')" 'curl -sS -L -b "" --max-time 8 {url}'
    fi
    if command -v wget > "$dir/null"; then
        client "$(wget --version | sed -n 's/^GNU \(Wget [0-9.]*\).*/\1/p')" 'wget -q -T 8 -t 1 -O {out} {url}'
    fi
    if command -v python3 > "$dir/null"; then
        if requests=$(python3 -c 'import requests; print(requests.__version__)' 2> "$dir/null"); then
            client "Python requests $requests" "python3 $here/clients/requests_get.py {url}"
        fi
        client "$(python3 --version), \`urllib\`" "python3 $here/clients/urllib_get.py {url}"
    fi
    if command -v node > "$dir/null"; then
        client "Node $(node --version | sed 's/^v//'), \`fetch\`" "node $here/clients/fetch_get.mjs {url}"
    fi
    if command -v go > "$dir/null"; then
        GO111MODULE=off go build -o "$dir/get" "$here/clients/get.go"
        client "$(go version | sed 's/.*go\([0-9.]*\) .*/Go \1/'), \`net/http\`" "$dir/get {url}"
    fi
}

case $what in
servers) servers ;;
clients) clients ;;
*) servers; echo; clients ;;
esac
