// Lab 14 · your client. It sends one request, and prints the answer. But the answer is only a redirect.
//
// Follow the redirect. `Location` may be a whole URL, or a part of a URL. `Host` is the host of the new
// URL. Follow at most five redirects. WIRELAB_ARG is the URL, then a space and POST, or only the URL for GET.
// `new URL(reference, base)` resolves a reference (RFC 3986, section 5.2).
// Check it with: cargo lab check 14
const net = require("net");
const [first] = (process.env.WIRELAB_ARG || "http://127.0.0.1:8014/menu").split(" ");

/** Requests a URL, and returns the whole answer. */
function ask(url) {
  return new Promise((resolve, reject) => {
    const server = net.connect({ host: url.hostname, port: url.port || 80 });
    server.on("error", reject);
    const target = url.pathname + url.search;
    server.write(`GET ${target} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`);
    let answer = Buffer.alloc(0);
    server.on("data", (piece) => (answer = Buffer.concat([answer, piece])));
    server.on("end", () => resolve(answer));
  });
}

// Here: if the status is 301, 302, 303, 307 or 308, the client must send another request.
ask(new URL(first)).then(
  (answer) => process.stdout.write(answer),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
