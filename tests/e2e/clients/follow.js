// Follows the status socket with ws on Node until ISSUED jobs are issued; one entry a line. Comes again with its cursor.
const fs = require('fs');
const WebSocket = require('ws');

const tls = process.env.TLS;
const wanted = Number(process.env.ISSUED);
let after = -1, epoch = '', issued = 0;

const control = (kind, data) => JSON.stringify({
  specversion: '1.0', id: kind, source: 'urn:example:node', type: `org.imprimatur.control.${kind}.v1`, data,
});

function follow() {
  const socket = new WebSocket(`wss://localhost:${process.env.PORT}/v1/events`, ['cloudevents.json'], {
    ca: fs.readFileSync(`${tls}/ca.pem`), cert: fs.readFileSync(`${tls}/auditor-1.pem`),
    key: fs.readFileSync(`${tls}/auditor-1.key`), minVersion: 'TLSv1.3',
  });
  socket.on('open', () => socket.send(control('subscribe', {after, epoch, credit: 50})));
  socket.on('message', (data) => {
    if (issued === wanted) return;
    const event = JSON.parse(data);
    if (!('sequence' in event)) return;
    fs.writeSync(1, data + '\n');
    after = Number(event.sequence);
    epoch = event.id.split('-')[0];
    if (event.type === 'org.imprimatur.job.issued.v1') issued += 1;
    socket.send(control('ack', {after, credit: 1}));
    if (issued === wanted) socket.close();
  });
  socket.on('error', (error) => console.error(`again: ${error.message}`));
  socket.on('close', () => { if (issued < wanted) setTimeout(follow, 100); });
}
follow();
