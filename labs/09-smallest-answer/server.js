// Lab 9's server in Node: cargo lab check 9 --server "node labs/09-smallest-answer/server.js"
const [host, port] = process.env.WIRELAB_ADDR.split(":");
const answer = [
  "HTTP/1.1 200 OK",
  "Content-Type: text/plain; charset=utf-8",
  "Content-Length: 12",
  "Connection: close",
  "",
  "three tacos\n",
].join("\r\n");

require("net")
  .createServer((guest) => {
    let head = "";
    guest.on("error", (error) => console.log("a guest left:", error.message));
    guest.on("data", (piece) => {
      head += piece.toString("latin1");
      if (head.includes("\r\n\r\n")) guest.end(answer);
    });
  })
  .listen(port, host);
