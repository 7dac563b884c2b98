// Lab 28 · your client. It asks for the page, sends the form and follows the 303, but it forgets each
// cookie that it gets.
//
// Store the cookies, and send each cookie with the right requests. The README lists the rules. WIRELAB_ARG is the dish.
// Check it with: cargo lab check 28
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8028").split(":");
const dish = process.env.WIRELAB_ARG || "jalapeño & lime";

/** One connection, one request; the body of the answer, and its Location. */
async function ask(method, path, body = "") {
  // Here: `Cookie: name=value; name=value\r\n`, if there are cookies for this path.
  const cookie = "";
  let form = "";
  if (method === "POST") {
    form = `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n`;
  }
  const answer = await exchange(
    `${method} ${path} HTTP/1.1\r\nHost: tacos.example\r\n${cookie}${form}Connection: close\r\n\r\n${body}`,
  );
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) throw new Error("this is no HTTP answer");
  let location = null;
  for (const line of answer.slice(0, end).split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    const [name, value] = [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    if (name === "location") location = value;
    // Here: store this cookie, with its path.
    if (name === "set-cookie") console.error(`${path} gave a cookie: ${value}`);
  }
  return { body: answer.slice(end + 4), location };
}

/** Sends the request on a new connection, and gives back all that comes. Finished. */
function exchange(request) {
  return new Promise((resolve, reject) => {
    const server = net.connect({ host, port });
    const pieces = [];
    server.on("error", reject);
    server.on("data", (piece) => pieces.push(piece));
    server.on("end", () => resolve(Buffer.concat(pieces).toString()));
    server.write(request);
  });
}

/** Encodes a text as a browser does: letters, digits and `*-._` stay, a space becomes `+`, each other byte `%XX`.
 * Finished. */
function encode(text) {
  const hex = (byte) => "%" + byte.charCodeAt(0).toString(16).toUpperCase();
  return encodeURIComponent(text).replace(/[!'()~]/g, hex).replaceAll("%20", "+");
}

async function main() {
  await ask("GET", "/");
  const { location } = await ask("POST", "/order", `dish=${encode(dish)}`);
  if (location) process.stdout.write((await ask("GET", location)).body);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
