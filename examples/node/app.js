// A small HTTP server: numbered log lines, a crash on demand, an orderly end on SIGINT and SIGTERM. No packages needed.
'use strict'
const http = require('node:http')

const port = Number(process.env.PORT ?? 8080)
const instance = process.env.PHAROS_INSTANCE_INDEX ?? process.env.NODE_APP_INSTANCE ?? '0'
const leaked = []
let lines = 0

function log(level, msg, more = {}) {
  const line = JSON.stringify({ time: Date.now(), level, line: ++lines, msg, ...more })
  ;(level === 'error' ? process.stderr : process.stdout).write(line + '\n')
}

const routes = {
  '/': () => `hello from node ${process.version}, pid ${process.pid}, instance ${instance}`,
  '/health': () => 'ok',
  '/crash': q => process.exit(Number(q.get('code') ?? 1)),
  '/throw': () => setImmediate(() => { throw new Error('an error with a stack') }) && 'throwing',
  '/leak': q => { leaked.push(Buffer.alloc(Number(q.get('mb') ?? 20) << 20, 1)); return `holding ${leaked.length} blocks` },
  '/slow': async q => { await new Promise(done => setTimeout(done, Number(q.get('ms') ?? 500))); return 'took a while' },
}

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost')
  const route = routes[url.pathname]
  response.statusCode = route ? 200 : 404
  response.end((route ? await route(url.searchParams) : Object.keys(routes).join(' ')) + '\n')
  log('info', `${request.method} ${url.pathname} ${response.statusCode}`)
})

server.on('error', error => {
  log('error', `cannot listen on port ${port}: ${error.code}`)
  process.exitCode = 1
})

server.listen(port, '127.0.0.1', () => {
  log('info', `listening on 127.0.0.1:${port}`, { pid: process.pid, instance })
  process.send?.('ready') // for a supervisor that was asked to wait for it
  const heartbeat = setInterval(() => log('info', 'still here'), 5000)
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      log('info', `got ${signal}, stopping`)
      clearInterval(heartbeat)
      server.close(() => {
        log('info', 'stopped')
        process.disconnect?.()
      })
      server.closeIdleConnections()
    })
  }
})
