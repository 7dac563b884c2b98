// Lab 13 · your client. It tries only the first address, and ends if the attempt fails. Make it try all
// addresses, and wait only a short time for each address except the last.
//
// WIRELAB_ARG has a URL and the addresses of the site, in the order in which to try them:
// `http://tacos.example/ 127.0.0.1:1 127.0.0.1:8013`. Check it with: cargo lab check 13
const net = require("net");
const arg = process.env.WIRELAB_ARG || "http://tacos.example/ 127.0.0.1:8013";
const [url, ...addrs] = arg.split(/\s+/);

// Here: what must happen if the first address refuses, and what if no answer comes from this address?
const [, host, port] = addrs[0].match(/^\[?(.*?)\]?:(\d+)$/);
const server = net.connect({ host, port, allowHalfOpen: true });
server.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});

const site = url.replace("http://", "").replace(/\/$/, "");
server.write(
  "GET / HTTP/1.1\r\n" +
    `Host: ${site}\r\n` +
    "Connection: close\r\n" +
    "\r\n",
);

let answer = Buffer.alloc(0);
server.on("data", (piece) => (answer = Buffer.concat([answer, piece])));
server.on("end", () => {
  server.end();
  process.stdout.write(answer);
});
