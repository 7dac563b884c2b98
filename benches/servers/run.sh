#!/bin/sh
# run.sh NAME PORT [UPSTREAM]: runs one server in the foreground, with its usual settings and one page, on
# 127.0.0.1. NAME: serve nginx apache lighttpd haproxy node python go caddy. With UPSTREAM (host:port) it
# is a proxy in front of that server; nginx, apache, lighttpd, haproxy and caddy can be one.
# `run.sh NAME version` prints its version, and fails if the server is not installed. All that it writes is
# in a folder of its own, which is removed at the end.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
name=$1
port=$2
upstream=${3:-}
wirelab=${WIRELAB:-$here/../../target/release/wirelab}
apache=$(command -v apache2 || command -v httpd || true)

if [ "$port" = version ]; then
    case $name in
    serve) "$wirelab" --version | sed 's/^wirelab/`cargo lab serve`/' ;;
    nginx) nginx -v 2>&1 | sed 's,.*/,nginx ,; s, (.*,,' ;;
    apache) test -n "$apache" && "$apache" -v | sed -n 's,.*Apache/\([0-9.]*\).*,Apache \1,p' ;;
    lighttpd) lighttpd -v | sed -n 's,^lighttpd/\([0-9.]*\).*,lighttpd \1,p' ;;
    haproxy) haproxy -v | sed -n 's,^HAProxy version \([0-9.]*\).*,HAProxy \1 (`http-request return`),p' ;;
    node) node --version | sed 's,^v\(.*\),Node \1 (a dozen lines on `http`),' ;;
    python) python3 --version | sed 's,$, (`http.server`),' ;;
    go) go version | sed 's,.*go\([0-9.]*\) .*,Go \1 (`http.FileServer`),' ;;
    caddy) caddy version | sed 's,^v*\([0-9.]*\).*,Caddy \1,' ;;
    *) echo "run.sh: no server is called $name" >&2; exit 2 ;;
    esac
    exit
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/wirelab-$name-XXXXXX")
pid=
end() {
    trap - EXIT INT TERM
    test -z "$pid" || kill "$pid" 2>/dev/null || true
    test -z "$pid" || wait "$pid" 2>/dev/null || true
    rm -rf "$dir"
}
trap end EXIT
trap 'exit 143' INT TERM
mkdir "$dir/site"
printf '<!doctype html><title>tacos</title><p>three tacos, coming up\n' > "$dir/site/index.html"
touch -t 202001010000 "$dir/site/index.html"
chmod -R a+rX "$dir"

# What makes a proxy of each server; empty where there is no UPSTREAM.
nginx_proxy= apache_proxy= lighttpd_proxy= haproxy_proxy= caddy_site=file_server
if [ -n "$upstream" ]; then
    nginx_proxy="location / { proxy_pass http://$upstream; proxy_http_version 1.1;
        proxy_set_header Host \$http_host; proxy_set_header Connection \"\"; }"
    apache_proxy="ProxyPass / http://$upstream/
ProxyPreserveHost On"
    lighttpd_proxy="server.modules += ( \"mod_proxy\" )
proxy.server = ( \"\" => ( ( \"host\" => \"${upstream%:*}\", \"port\" => ${upstream##*:} ) ) )"
    haproxy_proxy="default_backend behind
backend behind
    server one $upstream"
    caddy_site="reverse_proxy $upstream"
fi

case $name in
serve)
    "$wirelab" serve "$dir/site" --port "$port" --quiet &
    ;;
nginx)
    cat > "$dir/nginx.conf" <<CONF
daemon off;
pid $dir/nginx.pid;
error_log $dir/error.log;
worker_processes 1;
events { worker_connections 1024; }
http {
    access_log off;
    types { text/html html; }
    client_body_temp_path $dir/a; proxy_temp_path $dir/b; fastcgi_temp_path $dir/c;
    uwsgi_temp_path $dir/d; scgi_temp_path $dir/e;
    server { listen 127.0.0.1:$port; root $dir/site; $nginx_proxy }
}
CONF
    nginx -c "$dir/nginx.conf" 2>"$dir/stderr" &
    ;;
apache)
    modules=
    for folder in /usr/lib/apache2/modules /usr/lib64/httpd/modules /usr/libexec/apache2; do
        test -d "$folder" && modules=$folder
    done
    {
        for module in mpm_event authz_core dir mime unixd proxy proxy_http; do
            test -f "$modules/mod_$module.so" && echo "LoadModule ${module}_module $modules/mod_$module.so"
        done
        cat <<CONF
ServerRoot $dir
ServerName 127.0.0.1
Listen 127.0.0.1:$port
PidFile $dir/apache.pid
ErrorLog $dir/error.log
DefaultRuntimeDir $dir
DocumentRoot $dir/site
DirectoryIndex index.html
TypesConfig /etc/mime.types
$apache_proxy
CONF
    } > "$dir/apache.conf"
    test -f /etc/mime.types || { echo "text/html html" > "$dir/mime.types"; sed -i "s,/etc/mime.types,$dir/mime.types," "$dir/apache.conf"; }
    "$apache" -f "$dir/apache.conf" -DFOREGROUND &
    ;;
lighttpd)
    cat > "$dir/lighttpd.conf" <<CONF
server.document-root = "$dir/site"
server.port = $port
server.bind = "127.0.0.1"
index-file.names = ( "index.html" )
mimetype.assign = ( ".html" => "text/html" )
$lighttpd_proxy
CONF
    lighttpd -D -f "$dir/lighttpd.conf" 2>"$dir/stderr" &
    ;;
haproxy)
    cat > "$dir/haproxy.cfg" <<CONF
defaults
    mode http
    timeout client 30s
    timeout connect 5s
    timeout server 30s
frontend page
    bind 127.0.0.1:$port
CONF
    if [ -n "$upstream" ]; then
        echo "    $haproxy_proxy" >> "$dir/haproxy.cfg"
    else
        cat >> "$dir/haproxy.cfg" <<CONF
    http-request return status 404 content-type text/plain string "nothing" unless { path / } || { path /index.html }
    http-request return status 200 content-type text/html file $dir/site/index.html
CONF
    fi
    haproxy -db -f "$dir/haproxy.cfg" 2>"$dir/stderr" &
    ;;
node)
    cat > "$dir/server.js" <<'JS'
const http = require('http'), fs = require('fs');
const [site, port] = process.argv.slice(2);
http.createServer((request, response) => {
  let url;
  try {
    url = new URL(request.url, 'http://localhost');
  } catch {
    return response.writeHead(400, {'Content-Type': 'text/plain'}).end('no URL\n');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, {Allow: 'GET, HEAD', 'Content-Length': 0}).end();
  } else if (url.pathname !== '/') {
    response.writeHead(404, {'Content-Type': 'text/plain'}).end('nothing\n');
  } else {
    const page = fs.readFileSync(site + '/index.html');
    response.writeHead(200, {'Content-Type': 'text/html', 'Content-Length': page.length});
    response.end(request.method === 'HEAD' ? undefined : page);
  }
}).listen(port, '127.0.0.1');
JS
    node "$dir/server.js" "$dir/site" "$port" &
    ;;
python)
    python3 -m http.server "$port" --bind 127.0.0.1 --directory "$dir/site" >"$dir/log" 2>&1 &
    ;;
go)
    cat > "$dir/main.go" <<'GO'
package main

import (
	"net/http"
	"os"
)

func main() {
	panic(http.ListenAndServe("127.0.0.1:"+os.Args[2], http.FileServer(http.Dir(os.Args[1]))))
}
GO
    (cd "$dir" && GOFLAGS=-mod=mod GO111MODULE=off go build -o server main.go)
    "$dir/server" "$dir/site" "$port" 2>"$dir/stderr" &
    ;;
caddy)
    cat > "$dir/Caddyfile" <<CONF
{
    admin off
}
http://:$port {
    bind 127.0.0.1
    root * $dir/site
    $caddy_site
}
CONF
    XDG_DATA_HOME=$dir XDG_CONFIG_HOME=$dir HOME=$dir \
        caddy run --config "$dir/Caddyfile" --adapter caddyfile 2>"$dir/stderr" &
    ;;
*)
    echo "run.sh: no server is called $name" >&2
    exit 2
    ;;
esac
pid=$!
wait "$pid"
