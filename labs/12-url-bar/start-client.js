// Lab 12 · your client. It cuts the URL once, at the first slash. Cut the URL into the same
// parts as a browser. Write this code yourself: with a library you would not learn the rules.
//
// WIRELAB_ADDR is the address to connect to. WIRELAB_ARG is the text from the URL bar.
// Check it with: cargo lab check 12
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8012").split(":");

const url = process.env.WIRELAB_ARG || "http://tacos.example/menu?dish=taco#salsa";

/** The host for `Host`, in small letters; the port, 80 if the URL has no port; path and query for the request
 * line. Or null, if the client cannot use this URL. */
function split(url) {
  // Here: this code works for http://tacos.example/menu. The README has twelve other URLs.
  const found = url.match(/^http:\/\/([^/]*)\/?(.*)$/);
  return found && { host: found[1], port: 80, target: `/${found[2]}` };
}

const parts = split(url);
if (!parts) {
  console.error(`${url}: a URL begins with http://`);
  process.exit(2);
}

// Here: what must Host contain when the port is not 80?
console.error("the port is", parts.port);
const server = net.connect({ host, port, allowHalfOpen: true });
server.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
server.write(`GET ${parts.target} HTTP/1.1\r\nHost: ${parts.host}\r\nConnection: close\r\n\r\n`);

let answer = Buffer.alloc(0);
server.on("data", (piece) => (answer = Buffer.concat([answer, piece])));
server.on("end", () => {
  server.end();
  process.stdout.write(answer);
});
