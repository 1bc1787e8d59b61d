// Real lines of winston, pino and bunyan. Usage: node loggers.js winston|pino|bunyan (with those packages in NODE_PATH or node_modules).
const cause = new Error('connect ECONNREFUSED 10.0.0.7:5432');
cause.code = 'ECONNREFUSED';
const error = new Error('order 4711 could not be saved', { cause });
const ids = { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', span_id: '00f067aa0ba902b7' };

const producers = {
  winston() {
    const winston = require('winston');
    const { combine, timestamp, json, errors, logfmt, simple, printf } = winston.format;
    const make = (...formats) => winston.createLogger({ level: 'silly', levels: winston.config.npm.levels, format: combine(errors({ stack: true }), timestamp(), ...formats), transports: [new winston.transports.Console({ level: 'silly' })] });
    const log = make(json());
    log.info('order saved', { order: 4711, items: 3, customer: { id: 'c-9', vip: true }, ...ids });
    log.http('GET /orders/4711 200 12ms');
    log.warn('stock is low', { sku: 'A-1', left: 2 });
    log.error(error);
    log.silly('a\nmessage of two lines');
    make(simple()).error('simple format', { order: 4711 });
    make(printf((i) => `${i.timestamp} [${i.level}]: ${i.message}`)).warn('printf format');
  },
  pino() {
    const pino = require('pino');
    const log = pino({ level: 'trace', name: 'shop' }, pino.destination({ sync: true }));
    log.info({ order: 4711, req: { method: 'GET', url: '/orders/4711' }, ...ids }, 'order saved');
    log.trace('very fine');
    log.warn({ left: 2 }, 'stock is low');
    log.error(error, 'order failed');
    log.fatal('out of luck');
    log.child({ module: 'db' }).debug({ ms: 1.5, rows: [1, 2, 3] }, 'query');
  },
  bunyan() {
    const bunyan = require('bunyan');
    const log = bunyan.createLogger({ name: 'shop', level: 'trace', serializers: bunyan.stdSerializers });
    log.info({ order: 4711, ...ids }, 'order saved');
    log.warn('stock is low');
    log.error({ err: error }, 'order failed');
    log.fatal('out of luck');
  },
  node() {
    console.error(error);
    console.error(new AggregateError([new TypeError('first'), cause], 'both failed'));
    function inner() { return undefined.x; }
    setTimeout(inner, 1);
  },
};
producers[process.argv[2]]();
