// Draws the dashboards without Grafana: their grid, titles, colours and words, with real values out of a Prometheus, as plain HTML with SVG.
// It is for looking at a layout and at thresholds while one changes the generator. Panels of Loki and Tempo show their query.
//
//   node dashboards/preview/preview.mjs http://127.0.0.1:9090 FOLDER [--at UNIX_SECONDS] [--range SECONDS] [--var NAME=REGEX]... [--png]
//
// --png also takes a picture of each page with chromium. Needs node 18 or later, and nothing from npm.
import { readFileSync, readdirSync, writeFileSync, mkdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const usage = 'usage: preview.mjs PROMETHEUS_URL FOLDER [--at UNIX_SECONDS] [--range SECONDS] [--var NAME=REGEX]... [--png]';
const [url, folder, ...rest] = process.argv.slice(2);
const options = { at: Math.floor(Date.now() / 1000), range: 1800, vars: {}, png: false };
if (!url || !folder) fail(usage);
for (let i = 0; i < rest.length; i++) {
  if (rest[i] === '--png') options.png = true;
  else if (rest[i] === '--at' || rest[i] === '--range') {
    options[rest[i].slice(2)] = Number(rest[++i]);
    if (!Number.isFinite(options[rest[i - 1].slice(2)])) fail(`${rest[i - 1]}: not a number: ${rest[i]}`);
  } else if (rest[i] === '--var' && /^\w+=/.test(rest[i + 1] ?? '')) {
    const [, name, value] = rest[++i].match(/^(\w+)=(.*)$/);
    options.vars[name] = value;
  } else fail(`no such option: ${rest[i]}\n${usage}`);
}

const boards = join(dirname(fileURLToPath(import.meta.url)), '..');
const unitHeight = 38; // pixels: Grafana's 30 and a gap of 8
const pageWidth = 1680;
const least = Math.max(10, Math.ceil(options.range / 180 / 10) * 10); // seconds
const palette = ['#7EB26D', '#EAB839', '#6ED0E0', '#EF843C', '#E24D42', '#1F78C1', '#BA43A9', '#705DA0', '#508642', '#CCA300', '#447EBC', '#C15C17', '#890F02', '#0A437C', '#6D1F62'];
const named = {
  green: '#73BF69', 'light-green': '#96D98D', 'dark-green': '#37872D', red: '#F2495C', 'light-red': '#FF7383', 'semi-dark-red': '#E02F44', 'dark-red': '#C4162A', orange: '#FF9830', 'light-orange': '#FFB357',
  'dark-orange': '#FA6400', yellow: '#FADE2A', blue: '#5794F2', 'light-blue': '#8AB8FF', purple: '#B877D9', text: '#CCCCDC', transparent: 'transparent',
};

mkdirSync(folder, { recursive: true });
for (const name of readdirSync(boards).filter((f) => f.endsWith('.json')).sort()) {
  const board = JSON.parse(readFileSync(join(boards, name), 'utf8'));
  const page = join(folder, name.replace(/json$/, 'html'));
  const { html, height } = await draw(board);
  writeFileSync(page, html);
  console.log(page);
  if (options.png) picture(page, page.replace(/html$/, 'png'), height);
}

// ---- asking

function fill(text, board, step) {
  const all = {};
  for (const v of board.templating.list) all[v.name] = options.vars[v.name] ?? v.allValue ?? (v.type === 'query' ? '.+' : '');
  return text.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g, (whole, a, b) => {
    const name = a ?? b;
    if (name === '__rate_interval') return `${Math.max(40, step + 10)}s`;
    if (name === '__range') return `${options.range}s`;
    if (name === '__auto' || name === '__interval') return `${step}s`;
    return name in all ? all[name] : whole;
  });
}

function stepOf(panel) {
  return Math.max(least, panel.interval ? Number(panel.interval.replace('m', '')) * 60 : 0);
}

async function ask(path, query) {
  let answer;
  try {
    answer = await fetch(`${url.replace(/\/$/, '')}/api/v1/${path}`, { method: 'POST', body: new URLSearchParams(query) });
  } catch (e) {
    fail(`${url} does not answer: ${e.cause?.message ?? e.message}`);
  }
  const body = await answer.json();
  if (body.status !== 'success') fail(`${url} refuses ${query.query}: ${body.error}`);
  return body.data.result;
}

async function series(target, board, step) {
  const query = fill(target.expr, board, step);
  const start = options.at - options.range;
  const result = target.range
    ? await ask('query_range', { query, start, end: options.at, step })
    : await ask('query', { query, time: options.at });
  return result.map((r) => ({
    labels: r.metric,
    name: legend(target.legendFormat, r.metric),
    points: (r.values ?? [r.value]).map(([t, v]) => [t, Number(v)]),
  }));
}

function legend(format, labels) {
  if (!format || format === '__auto') return Object.entries(labels).filter(([k]) => k !== '__name__').map(([k, v]) => `${k}="${v}"`).join(', ');
  return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, l) => labels[l] ?? '');
}

// ---- drawing

async function draw(board) {
  let body = '';
  let bottom = 0;
  for (const panel of board.panels) {
    const { x, y, w, h } = panel.gridPos;
    bottom = Math.max(bottom, y + h);
    const place = `left:${(x / 24) * 100}%;top:${y * unitHeight}px;width:calc(${(w / 24) * 100}% - 8px);height:${h * unitHeight - 8}px`;
    if (panel.type === 'row') {
      body += `<h2 style="${place}">${escape(panel.title)}</h2>\n`;
      continue;
    }
    const size = { width: Math.round((w / 24) * pageWidth) - 28, height: h * unitHeight - 8 - 38 };
    const inside = await content(panel, board, size);
    body += `<section class="panel ${panel.type}" style="${place}${inside.back ? `;background:${inside.back}` : ''}" title="${escape(panel.description)}"><h3>${escape(panel.title)}</h3>${inside.html}</section>\n`;
  }
  const choices = board.templating.list.filter((v) => v.hide !== 2).map((v) => `<span>${escape(v.label)} <b>${escape(options.vars[v.name] ?? v.current?.text ?? '')}</b></span>`).join('');
  const links = board.links.map((l) => `<a href="${l.url.replace('/d/pharos-', '')}.html">${escape(l.title)}</a>`).join('');
  const style = `body{margin:0;background:#111217;color:#ccccdc;font:13px Inter,"DejaVu Sans",sans-serif;width:${pageWidth}px}header{padding:8px 12px}header span{margin-right:12px;color:#8e8e9e}header a{margin-left:14px;color:#6e9fff;text-decoration:none}
h1{font-size:16px;display:inline;margin-right:24px}main{position:relative;margin:0 8px;height:${bottom * unitHeight}px}h2{position:absolute;margin:8px 0 0 4px;font-size:14px;font-weight:600}
section{position:absolute;background:#181b1f;border:1px solid #25282f;border-radius:2px;overflow:hidden;box-sizing:border-box}h3{margin:6px 10px;font-size:13px;font-weight:500;white-space:nowrap}
.big{display:flex;align-items:center;justify-content:center;height:calc(100% - 38px);font-size:38px;font-weight:500}pre{margin:0 10px;white-space:pre-wrap;color:#8e8e9e;font-size:11px}
table{border-collapse:collapse;width:100%;font-size:12px}th{text-align:left;color:#6e9fff;font-weight:500;border-bottom:1px solid #25282f}td,th{padding:3px 8px;white-space:nowrap;max-width:220px;overflow:hidden;text-overflow:ellipsis}tr+tr td{border-top:1px solid #1f2229}
ul{list-style:none;margin:2px 10px;padding:0;font-size:11px;display:flex;flex-wrap:wrap;gap:2px 12px;height:16px;overflow:hidden}ul i,td i{display:inline-block;width:10px;height:4px;margin-right:4px;vertical-align:middle}.none{color:#5b5f6b;text-align:center;padding-top:20px}`;
  const html = `<!doctype html><meta charset="utf-8"><title>${escape(board.title)}</title><style>${style}</style><header><h1>${escape(board.title)}</h1>${choices}${links}</header><main>${body}</main>\n`;
  return { html, height: bottom * unitHeight + 60 };
}

async function content(panel, board, size) {
  const prom = panel.targets.filter((t) => t.datasource.type === 'prometheus');
  if (prom.length < panel.targets.length || panel.type === 'logs' || panel.type === 'traces')
    return { html: `<pre>${panel.targets.map((t) => escape(`${t.datasource.type}: ${t.expr ?? t.query}`)).join('\n\n')}</pre>` };
  const answers = [];
  for (const target of prom) answers.push({ target, series: await series(target, board, stepOf(panel)) });
  const flat = answers.flatMap((a) => a.series);
  switch (panel.type) {
    case 'stat': return stat(panel, flat);
    case 'timeseries': return { html: lines(panel, flat, size) };
    case 'table': return { html: table(panel, answers) };
    case 'state-timeline': return { html: timeline(panel, flat, size) };
    case 'heatmap': return { html: heat(panel, flat, size) };
    case 'bargauge': return { html: bars(panel, flat) };
    default: fail(`${board.title}: ${panel.title}: no such type of panel: ${panel.type}`);
  }
}

function stat(panel, found) {
  const field = panel.fieldConfig.defaults;
  if (panel.options.textMode === 'name') return { html: `<div class="big" style="font-size:24px">${found.map((s) => escape(s.name)).join('<br>') || '–'}</div>` };
  const value = found.at(0)?.points.at(-1)?.[1];
  const back = panel.options.colorMode === 'background' ? colourOf(field, value) : undefined;
  const spark = found[0]?.points.length > 2 && panel.options.graphMode === 'area' ? sparkline(found[0].points) : '';
  return { html: `<div class="big" style="color:#fff;position:relative">${escape(show(field, value))}</div>${spark}`, back: back && back !== 'transparent' ? `${shade(back)}` : undefined };
}

function sparkline(points) {
  const values = points.map((p) => p[1]).filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const path = points.map(([t, v]) => `${(((t - options.at + options.range) / options.range) * 100).toFixed(1)},${(20 - ((v - low) / (high - low || 1)) * 18).toFixed(1)}`).join(' ');
  return `<svg style="position:absolute;bottom:0;left:0" width="100%" height="26" viewBox="0 0 100 20" preserveAspectRatio="none"><polyline points="${path}" fill="none" stroke="#fff8" stroke-width="1" vector-effect="non-scaling-stroke"/></svg>`;
}

function lines(panel, found, { width, height }) {
  const step = stepOf(panel);
  const field = panel.fieldConfig.defaults;
  if (found.length === 0) return '<div class="none">No data</div>';
  const look = found.map((s, i) => ({ ...s, ...overridesOf(panel, s.name), colour: overridesOf(panel, s.name).colour ?? palette[i % palette.length] }));
  const stacked = field.custom.stacking.mode === 'normal';
  const sums = new Map();
  for (const s of look) {
    if (s.right) continue;
    s.drawn = s.points.map(([t, v]) => {
      const value = s.mirrored ? -v : v;
      if (!stacked || s.dashed) return [t, 0, value];
      const below = sums.get(t) ?? 0;
      sums.set(t, below + (Number.isFinite(value) ? value : 0));
      return [t, below, below + value];
    });
  }
  for (const s of look.filter((l) => l.right)) s.drawn = s.points.map(([t, v]) => [t, 0, v]);
  const ends = (some) => {
    const values = some.flatMap((s) => s.drawn.flatMap((d) => [d[1], d[2]])).filter(Number.isFinite);
    return [Math.min(0, ...values), field.max ?? (Math.max(...values, 0) || 1)];
  };
  const left = ends(look.filter((s) => !s.right));
  const right = ends(look.filter((s) => s.right));
  const plot = { x: 62, y: 6, w: width - 62 - (look.some((s) => s.right) ? 62 : 6), h: height - 46 };
  const px = (t) => plot.x + ((t - options.at + options.range) / options.range) * plot.w;
  const py = (v, [low, high]) => plot.y + plot.h - ((v - low) / (high - low)) * plot.h;
  let svg = '';
  for (let i = 0; i <= 4; i++) {
    const y = plot.y + (plot.h * i) / 4;
    svg += `<line x1="${plot.x}" x2="${plot.x + plot.w}" y1="${y}" y2="${y}" stroke="#25282f"/><text x="${plot.x - 6}" y="${y + 4}" text-anchor="end">${escape(show(field, left[1] - ((left[1] - left[0]) * i) / 4))}</text>`;
    if (look.some((s) => s.right)) svg += `<text x="${plot.x + plot.w + 6}" y="${y + 4}">${escape(show({ ...field, unit: look.find((s) => s.right).unit, decimals: undefined }, right[1] - ((right[1] - right[0]) * i) / 4))}</text>`;
  }
  for (let i = 0; i <= 6; i++) {
    const t = options.at - options.range + (options.range * i) / 6;
    svg += `<text x="${px(t)}" y="${plot.y + plot.h + 14}" text-anchor="${i === 6 ? 'end' : 'middle'}">${new Date(t * 1000).toISOString().slice(11, 16)}</text>`;
  }
  for (const s of look) {
    const scale = s.right ? right : left;
    const good = s.drawn.filter((d) => Number.isFinite(d[2]));
    if (field.custom.drawStyle === 'bars') {
      const wide = Math.max(1, (plot.w * step) / options.range - 1);
      for (const [t, from, to] of good) svg += `<rect x="${(px(t) - wide).toFixed(1)}" y="${py(to, scale).toFixed(1)}" width="${wide.toFixed(1)}" height="${Math.max(0, py(from, scale) - py(to, scale)).toFixed(1)}" fill="${s.colour}" opacity=".85"/>`;
      continue;
    }
    if (field.custom.drawStyle === 'points') {
      for (const [t, , v] of good) svg += `<circle cx="${px(t).toFixed(1)}" cy="${py(v, scale).toFixed(1)}" r="3.5" fill="${s.colour}"/>`;
      continue;
    }
    for (const run of runs(good, step)) {
      const line = run.map((d) => `${px(d[0]).toFixed(1)},${py(d[2], scale).toFixed(1)}`);
      const area = [...line, ...run.toReversed().map((d) => `${px(d[0]).toFixed(1)},${py(d[1], scale).toFixed(1)}`)];
      if (!s.dashed) svg += `<polygon points="${area.join(' ')}" fill="${s.colour}" opacity="${field.custom.fillOpacity / 100}"/>`;
      svg += `<polyline points="${line.join(' ')}" fill="none" stroke="${s.colour}" stroke-width="1.3"${s.dashed ? ' stroke-dasharray="8 6"' : ''}/>`;
    }
  }
  return `<svg width="${width}" height="${height - 22}" style="margin-left:10px" font-size="11" fill="#8e8e9e">${svg}</svg><ul>${look.map((s) => `<li><i style="background:${s.colour}"></i>${escape(s.name)}</li>`).join('')}</ul>`;
}

function runs(points, step) {
  const all = [];
  for (const p of points) {
    if (all.length === 0 || p[0] - all.at(-1).at(-1)[0] > step * 1.5) all.push([]);
    all.at(-1).push(p);
  }
  return all;
}

function timeline(panel, found, { width, height }) {
  const step = stepOf(panel);
  const field = panel.fieldConfig.defaults;
  if (found.length === 0) return '<div class="none">No data</div>';
  const label = 130;
  const row = Math.min(28, (height - 44) / found.length);
  const plot = width - label - 10;
  let svg = '';
  found.forEach((s, i) => {
    svg += `<text x="${label - 8}" y="${i * row + row / 2 + 4}" text-anchor="end">${escape(s.name)}</text>`;
    for (const [t, v] of s.points) {
      const x = label + ((t - options.at + options.range) / options.range) * plot;
      svg += `<rect x="${x.toFixed(1)}" y="${(i * row + row * 0.08).toFixed(1)}" width="${((plot * step) / options.range + 0.5).toFixed(1)}" height="${(row * 0.84).toFixed(1)}" fill="${colourOf(field, v)}" opacity=".85"/>`;
    }
  });
  const words = Object.values(field.mappings[0].options).map((w) => `<li><i style="background:${css(w.color)}"></i>${escape(w.text)}</li>`).join('');
  return `<svg width="${width}" height="${height - 30}" style="margin-left:6px" font-size="11" fill="#ccccdc">${svg}</svg><ul>${words}</ul>`;
}

function heat(panel, found, { width, height }) {
  const step = stepOf(panel);
  if (found.length === 0) return '<div class="none">No data</div>';
  const sorted = found.toSorted((a, b) => Number(a.labels.le.replace('+Inf', 'Infinity')) - Number(b.labels.le.replace('+Inf', 'Infinity')));
  const row = (height - 20) / sorted.length;
  let most = 0;
  const cells = sorted.map((s, i) => {
    const below = new Map(i === 0 ? [] : sorted[i - 1].points);
    return s.points.map(([t, v]) => [t, Math.max(0, v - (below.get(t) ?? 0))]);
  });
  for (const [, v] of cells.flat()) most = Math.max(most, v);
  let svg = '';
  cells.forEach((points, i) => {
    const y = (sorted.length - 1 - i) * row;
    svg += `<text x="44" y="${y + row / 2 + 4}" text-anchor="end">${sorted[i].labels.le}</text>`;
    for (const [t, v] of points.filter((p) => p[1] > 0)) svg += `<rect x="${(52 + ((t - options.at + options.range) / options.range) * (width - 60)).toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(2, ((width - 60) * step) / options.range).toFixed(1)}" height="${(row - 1).toFixed(1)}" fill="#FF9830" opacity="${(0.2 + 0.8 * Math.sqrt(v / most)).toFixed(2)}"/>`;
  });
  return `<svg width="${width}" height="${height}" style="margin-left:6px" font-size="10" fill="#8e8e9e">${svg}</svg>`;
}

function bars(panel, found) {
  const most = Math.max(...found.map((s) => s.points.at(-1)[1]), 1);
  return `<table>${found.map((s) => {
    const value = s.points.at(-1)[1];
    const colour = overridesOf(panel, s.name).colour ?? colourOf(panel.fieldConfig.defaults, value);
    return `<tr><td style="width:30%">${escape(s.name)}</td><td><i style="background:${colour};height:14px;width:${(value / most) * 80}%"></i>${escape(show(panel.fieldConfig.defaults, value))}</td></tr>`;
  }).join('')}</table>` || '<div class="none">No data</div>';
}

function table(panel, answers) {
  const rows = [];
  for (const { target, series: found } of answers) {
    for (const s of found) {
      const values = { ...s.labels, [answers.length === 1 ? 'Value' : `Value #${target.refId}`]: s.points.at(-1)[1] };
      const same = rows.find((r) => Object.keys(s.labels).every((l) => !(l in r) || r[l] === s.labels[l]));
      if (same) Object.assign(same, values);
      else rows.push(values);
    }
  }
  const shown = panel.transformations.find((t) => t.id === 'organize').options.renameByName;
  const hidden = Object.entries(shown).filter(([, name]) => overridesOf(panel, name).hidden).map(([key]) => key);
  const columns = Object.entries(shown).filter(([key]) => !hidden.includes(key));
  const sort = panel.options.sortBy[0];
  const by = sort && Object.entries(shown).find(([, name]) => name === sort.displayName)[0];
  if (by) rows.sort((a, b) => (sort.desc ? -1 : 1) * (typeof a[by] === 'number' ? a[by] - b[by] : String(a[by]).localeCompare(String(b[by]))));
  if (rows.length === 0) return `<div class="none">${escape(panel.fieldConfig.defaults.noValue ?? 'No data')}</div>`;
  const cell = (row, key, name) => {
    const own = overridesOf(panel, name);
    const value = row[key];
    if (value === undefined) return '<td></td>';
    const field = { unit: own.unit ?? 'short', decimals: own.decimals, mappings: own.mappings ?? [], thresholds: own.thresholds };
    const text = escape(typeof value === 'number' || own.mappings ? show(field, value) : value);
    if (own.cell === 'color-background') return `<td style="background:${shade(colourOf(field, value))};color:#fff">${text}</td>`;
    if (own.cell === 'gauge') {
      const most = own.max ?? Math.max(...rows.map((r) => r[key]).filter(Number.isFinite));
      return `<td><i style="background:${own.max ? colourOf(field, value) : '#5794F2'};height:12px;width:${Math.min(60, (value / most) * 60)}px"></i>${text}</td>`;
    }
    return `<td>${text}</td>`;
  };
  return `<table><tr>${columns.map(([, name]) => `<th>${escape(name)}</th>`).join('')}</tr>${rows.map((r) => `<tr>${columns.map(([key, name]) => cell(r, key, name)).join('')}</tr>`).join('')}</table>`;
}

// ---- looks

function overridesOf(panel, name) {
  const own = {};
  for (const o of panel.fieldConfig.overrides) {
    if (!(o.matcher.id === 'byName' ? o.matcher.options === name : new RegExp(`^(?:${o.matcher.options})$`).test(name))) continue;
    for (const { id, value } of o.properties) {
      if (id === 'color' && value.mode === 'fixed') own.colour = css(value.fixedColor);
      if (id === 'unit') own.unit = value;
      if (id === 'decimals') own.decimals = value;
      if (id === 'max') own.max = value;
      if (id === 'mappings') own.mappings = value;
      if (id === 'thresholds') own.thresholds = value;
      if (id === 'custom.hidden') own.hidden = value;
      if (id === 'custom.lineStyle') own.dashed = true;
      if (id === 'custom.transform') own.mirrored = true;
      if (id === 'custom.axisPlacement') own.right = true;
      if (id === 'custom.cellOptions') own.cell = value.type;
    }
  }
  return own;
}

function colourOf(field, value) {
  const word = field.mappings?.[0]?.options[String(value)];
  if (word) return css(word.color);
  let colour = field.thresholds?.steps[0].color ?? 'text';
  for (const s of field.thresholds?.steps ?? []) if (s.value === null || value >= s.value) colour = s.color;
  return css(colour);
}

function css(colour) {
  return named[colour] ?? colour;
}

function shade(colour) {
  return colour === 'transparent' ? colour : `color-mix(in srgb, ${colour} 72%, #111217)`;
}

function show(field, value) {
  const word = field.mappings?.[0]?.options[String(value)];
  if (word) return word.text;
  if (value === undefined || Number.isNaN(value)) return field.noValue ?? '–';
  const scaled = (units, base, v) => {
    let i = 0;
    for (; Math.abs(v) >= base && i < units.length - 1; i++) v /= base;
    return `${digits(v)} ${units[i]}`.trim();
  };
  const digits = (v) => (field.decimals !== undefined && field.decimals !== null ? v.toFixed(field.decimals) : String(Number(v.toPrecision(3))));
  switch (field.unit) {
    case 's': return value === 0 ? '0 s' : Math.abs(value) < 1 ? `${digits(value * 1000)} ms` : value < 120 ? `${digits(value)} s` : value < 7200 ? `${digits(value / 60)} min` : value < 172800 ? `${digits(value / 3600)} h` : `${digits(value / 86400)} d`;
    case 'bytes': return scaled(['B', 'KiB', 'MiB', 'GiB', 'TiB'], 1024, value);
    case 'Bps': return scaled(['B/s', 'kB/s', 'MB/s', 'GB/s'], 1000, value);
    case 'percentunit': return `${digits(value * 100)} %`;
    case 'cps': return `${scaled(['', 'K', 'M'], 1000, value)}/s`;
    case 'cpm': return `${scaled(['', 'K', 'M'], 1000, value)}/min`;
    case 'short': return scaled(['', 'K', 'Mil', 'Bil'], 1000, value);
    default: return field.unit.startsWith('suffix:') ? `${digits(value)}${field.unit.slice(7)}` : digits(value);
  }
}

function escape(text) {
  return String(text ?? '').replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
}

function picture(page, png, height) {
  const taken = spawnSync('chromium', ['--headless', '--no-sandbox', '--hide-scrollbars', '--disable-gpu', `--window-size=${pageWidth},${height}`, `--screenshot=${resolve(png)}`, pathToFileURL(resolve(page)).href], { encoding: 'utf8' });
  if (taken.error || taken.status !== 0) fail(`chromium took no picture: ${taken.error?.message ?? taken.stderr}`);
  console.log(png);
}

function fail(message) {
  console.error(`preview: ${message}`);
  process.exit(1);
}
