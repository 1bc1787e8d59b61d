// What users of PM2's client library do, against the daemon of PM2_HOME. Prints a line per step and ends with "all done"; any step that fails ends it with 1.
//   NODE_PATH=<folder of tests/pm2/install>/node_modules PM2_HOME=... node tests/pm2/client.js
'use strict';
const assert = require('assert'), fs = require('fs'), os = require('os'), path = require('path'), pm2 = require('pm2');
const call = (name, ...args) => new Promise((ok, no) => pm2[name](...args, (error, result) => error ? no(error) : ok(result)));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'client-'));
const app = path.join(folder, 'app.js'), events = [];
fs.writeFileSync(app, `
console.log('hello ' + process.env.WORD);
process.on('message', m => console.log('got ' + m.topic + ' ' + JSON.stringify(m.data)));
process.on('SIGUSR2', () => console.log('signalled'));
process.send({ type: 'custom:thing', data: { n: 1 } });
process.send('plain');
setInterval(() => {}, 1000);
`);

function heard(topic, test) {
  return new Promise((ok, no) => {
    const begun = Date.now();
    (function look() {
      const found = events.find(e => e.topic === topic && test(e.value));
      if (found) return ok(found.value);
      if (Date.now() - begun > 30000) return no(new Error(`${topic} was not heard; heard: ${events.map(e => e.topic + ' ' + (e.value.event || e.value.data || ''))}`));
      setTimeout(look, 20);
    })();
  });
}

(async () => {
  await call('connect');
  const bus = await call('launchBus');
  for (const topic of ['process:event', 'process:msg', 'log:out', 'log:err', 'log:PM2', 'custom:thing', 'pm2:kill'])
    bus.on(topic, value => events.push({ topic, value }));
  assert.deepStrictEqual(await call('list'), []);

  const [started] = await call('start', { script: app, name: 'web', env: { WORD: 'one' } });
  assert.strictEqual(started.pm2_env.status, 'online');
  assert.strictEqual(started.pm2_env.pm_id, 0);
  assert.strictEqual((await heard('log:out', e => e.data === 'hello one\n')).process.name, 'web');
  await heard('process:event', e => e.event === 'start' && e.manually === true && e.process.name === 'web');
  await heard('process:event', e => e.event === 'online' && e.process.pm_id === 0);
  assert.strictEqual((await heard('custom:thing', e => e.data.n === 1)).process.pm_id, 0);
  await heard('process:msg', e => e.raw === 'plain');
  await heard('log:PM2', e => /web/.test(e.data));
  console.log('start, bus');

  const sent = await call('sendDataToProcessId', { id: 0, type: 'process:msg', topic: 'greet', data: { a: 1 } });
  assert.strictEqual(sent.success, true);
  await heard('log:out', e => e.data === 'got greet {"a":1}\n');
  await assert.rejects(call('sendDataToProcessId', { id: 77, topic: 'x', data: {} }), /Process with ID <77> unknown/);
  await call('sendSignalToProcessName', 'SIGUSR2', 'web');
  await heard('log:out', e => e.data === 'signalled\n');
  console.log('data, signal');

  const [again] = await call('restart', 'web');
  assert.strictEqual(again.pm2_env.restart_time, 1);
  await heard('process:event', e => e.event === 'restart' && e.process.name === 'web');
  const exit = events.findIndex(e => e.value.event === 'exit'), back = events.map(e => e.value.event).lastIndexOf('online');
  assert.ok(exit >= 0 && exit < back, 'the end is told before the next begins');
  process.env.WORD = 'two';
  await call('restart', 'web', { updateEnv: true });
  await heard('log:out', e => e.data === 'hello two\n');
  assert.strictEqual((await call('describe', 'web'))[0].pm2_env.env.WORD, 'two');
  await call('reload', 'web');
  await call('reset', 'web');
  assert.strictEqual((await call('describe', 0))[0].pm2_env.restart_time, 0);
  console.log('restart, reload, reset');

  assert.strictEqual((await call('stop', 'web'))[0].status, 'stopped');
  await heard('process:event', e => e.event === 'stop');
  await assert.rejects(call('stop', 'nope'), /not found/);
  const several = await call('start', { script: app, name: 'many', instances: 3, exec_mode: 'fork' });
  assert.deepStrictEqual(several.map(p => p.pm2_env.pm_id), [1, 2, 3]);
  await call('delete', 2);
  assert.deepStrictEqual((await call('list')).map(p => [p.name, p.pm_id]), [['web', 0], ['many', 1], ['many', 3]]);
  console.log('stop, several, delete one');

  await call('dump');
  assert.ok(fs.existsSync(path.join(process.env.PM2_HOME, 'dump.pm2')));
  await call('flush', 'web');
  await call('reloadLogs');
  await call('delete', 'all');
  assert.deepStrictEqual(await call('list'), []);
  console.log('dump, flush, delete');

  await call('killDaemon');
  await heard('pm2:kill', e => e.status === 'killed');
  fs.rmSync(folder, { recursive: true });
  console.log('all done');
  process.exit(0);
})().catch(error => {
  console.error(error);
  process.exit(1);
});
