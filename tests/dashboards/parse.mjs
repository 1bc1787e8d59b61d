// Syntax trees of queries, by the grammars that Grafana's own editors use.
//   node parse.mjs FOLDER   FOLDER: where install put the packages
// stdin: [{ "language": "promql" | "logql" | "traceql", "text": "…" }, …]
// stdout: [{ "name": "…", "from": 0, "to": 9, "children": [ … ] }, …]; an error in the text is a node with the name "⚠".
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';

const require = createRequire(pathToFileURL(`${process.argv[2]}/package.json`));
const parsers = {
  promql: require('@prometheus-io/lezer-promql').parser,
  logql: require('@grafana/lezer-logql').parser,
  traceql: require('@grafana/lezer-traceql').parser,
};

function tree(language, text) {
  const root = { children: [] };
  const path = [root];
  parsers[language].parse(text).iterate({
    enter(node) {
      const made = { name: node.type.isError ? '⚠' : node.name, from: node.from, to: node.to, children: [] };
      path.at(-1).children.push(made);
      path.push(made);
    },
    leave() {
      path.pop();
    },
  });
  return root.children[0];
}

const queries = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(queries.map((q) => tree(q.language, q.text))));
