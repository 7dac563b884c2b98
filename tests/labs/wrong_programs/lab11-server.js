const net = require('net');

const [host, port] = process.env.WIRELAB_ADDR.split(/:(?=\d+$)/);
function answer(socket, status, body) {
  const bytes = Buffer.from(body);
  const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${bytes.length}\r\nConnection: close\r\n\r\n`;
  socket.end(Buffer.concat([Buffer.from(head), bytes]));
}
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  let heard = Buffer.alloc(0);
  let done = false;
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  socket.on('data', (piece) => {
    if (done) return;
    heard = Buffer.concat([heard, piece]);
    const end = heard.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = heard.subarray(0, end).toString('latin1');
    const value = /\r\ncontent-length:[ \t]*(.*?)[ \t]*(\r\n|$)/i.exec(head)[1];
    if (!/^[0-9]+$/.test(value)) {
      done = true;
      return answer(socket, '400 Bad Request', 'a length is made of digits\n');
    }
    if (Number(value) > 8000) {
      done = true;
      return answer(socket, '413 Content Too Large', 'we take 8000 bytes and no more\n');
    }
    if (heard.length < end + 4 + Number(value)) return;
    done = true;
    const order = heard.subarray(end + 4, end + 4 + Number(value)).toString();
    answer(socket, '200 OK', order.replace(/\n$/, '') + ', coming up\n');
  });
});
server.listen(Number(port), host);
