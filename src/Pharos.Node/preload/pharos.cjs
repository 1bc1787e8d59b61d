'use strict';
// Pharos puts this into a Node app (NODE_OPTIONS=--require) that has a channel: it counts and times HTTP requests by Node's own diagnostics channels, tells what
// was thrown and not caught, and lets the process finish what it is at when a new one takes its place. It keeps nothing alive, throws nothing, and listens to nothing of the app's.
// PHAROS_HTTP_STATS=0 in the environment of the app turns the counting off.
(() => {
  const { env } = process;
  const mine = env.PHAROS_NODE_PRELOAD;
  const counts = env.PHAROS_HTTP_STATS !== '0';
  // The app and its children see the environment as if this were not here.
  delete env.PHAROS_NODE_PRELOAD;
  if (mine && env.NODE_OPTIONS !== undefined && env.NODE_OPTIONS.endsWith(mine)) {
    const rest = env.NODE_OPTIONS.slice(0, -mine.length).trimEnd();
    if (rest) env.NODE_OPTIONS = rest; else delete env.NODE_OPTIONS;
  }
  if (!process.send || !process.connected || !require('worker_threads').isMainThread) return;

  const channels = require('diagnostics_channel');
  const now = () => performance.now();
  const send = process.send;
  const say = (message) => {
    try {
      if (process.connected) send.call(process, message, undefined, undefined, () => {});
    } catch { /* the channel is closed meanwhile, and nobody is left to tell */ }
  };

  // ---- counting
  const command = 'NODE_PHAROS';
  const bounds = [5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000]; // milliseconds, as the semantic conventions advise
  const methods = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE']);
  const interval = 2000, mostUnanswered = 10;
  const begun = new WeakMap();
  let series = new Map();
  let unanswered = 0;
  let timer = null;
  let draining = false;

  const report = () => {
    if (series.size === 0 || unanswered >= mostUnanswered || !process.connected) return; // without a daemon that reads, it is kept here
    const d = [];
    for (const [key, { seconds, buckets }] of series) {
      const pairs = [];
      for (let i = 0; i < buckets.length; i++) if (buckets[i] > 0) pairs.push(i, buckets[i]);
      const space = key.indexOf(' ');
      d.push([key.slice(0, space), Number(key.slice(space + 1)), seconds, pairs]);
    }
    series = new Map();
    unanswered++;
    say({ cmd: command, act: 'http', d });
  };

  const record = (method, status, milliseconds) => {
    const key = `${methods.has(method) ? method : '_OTHER'} ${status}`;
    let one = series.get(key);
    if (one === undefined) {
      if (series.size >= 500) return;
      series.set(key, one = { seconds: 0, buckets: new Array(bounds.length + 1).fill(0) });
    }
    let bucket = 0;
    while (bucket < bounds.length && milliseconds > bounds[bucket]) bucket++;
    one.buckets[bucket]++;
    one.seconds += milliseconds / 1000;
    if (timer === null) {
      timer = setInterval(report, interval);
      timer.unref();
    }
  };

  const started = channels.channel('http.server.request.start'); // held here: a channel that nobody holds is collected with its subscribers
  const finished = channels.channel('http.server.response.finish');
  started.subscribe(({ response }) => {
    if (counts) begun.set(response, now());
    if (draining) response.shouldKeepAlive = false;
  });
  if (counts) {
    finished.subscribe(({ request, response }) => {
      const at = begun.get(response);
      if (at !== undefined) record(request.method, response.statusCode, now() - at);
    });
    process.on('exit', report);
  }

  // ---- what it dies of
  process.on('uncaughtExceptionMonitor', (thrown) => { // changes nothing: node goes on as without us
    if (process.listenerCount('uncaughtException') > 0) return; // the app, or a library in it, deals with it and may tell of it
    const error = thrown !== null && typeof thrown === 'object' ? thrown : new Error(String(thrown));
    try {
      say({ type: 'process:exception', data: { name: String(error.name ?? 'Error'), message: String(error.message ?? ''), stack: String(error.stack ?? '') } });
    } catch { /* it cannot be put into words */ }
  });

  // ---- making room
  const held = [];
  const drain = (idleFor) => {
    if (draining) return;
    draining = true;
    const { Server, Socket } = require('net');
    const active = () => process._getActiveHandles();
    for (const it of active()) {
      // Not server.close(): that closes connections that are idle at this moment, also those over which a request is on its way.
      if (it instanceof Server && it._handle) it._handle.close();
    }
    while (held.length > 0) held.pop().close();
    const idle = new WeakMap();
    const look = () => {
      let open = 0;
      for (const it of active()) {
        if (!(it instanceof Socket) || !it.server || it.destroyed) continue;
        open++;
        const response = it._httpMessage;
        if (response) {
          if (!response.headersSent) response.shouldKeepAlive = false;
          idle.delete(it);
          continue;
        }
        if (!it.parser) continue; // a WebSocket, or no HTTP at all: its own to end
        const seen = idle.get(it);
        if (seen === undefined || seen.bytes !== it.bytesRead) idle.set(it, { bytes: it.bytesRead, at: now() });
        else if (now() - seen.at >= idleFor) it.destroySoon();
      }
      if (open > 0) return;
      clearInterval(watch);
      report();
      say({ cmd: command, act: 'drained' });
    };
    const watch = setInterval(look, 25);
    watch.unref();
    setImmediate(look);
  };

  // Whoever listens to 'message' keeps the process alive; nobody does who listens to this.
  process.on('internalMessage', (message, handle) => {
    if (message === null || typeof message !== 'object' || message.cmd !== command) return;
    if (message.act === 'ok') unanswered = Math.max(0, unanswered - 1);
    else if (message.act === 'hold' && handle) held.push(handle);
    else if (message.act === 'drain') drain(message.idle);
  });
})();
