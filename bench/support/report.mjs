import { arch, cpus, release } from 'node:os';
import Table from 'cli-table3';

const order = [
  'C',
  'sockwise',
  'sockwise, awaited',
  'sockwise, objects',
  'Node core',
  'Node core, onread',
  'unix-dgram',
  'node-unix-socket',
  'koffi',
  'posix-socket',
  'sockopt',
  'ss',
];

export function machine() {
  return {
    kernel: release(),
    node: process.versions.node,
    arch: arch(),
    cpus: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
  };
}

function duration(nanoseconds) {
  if (nanoseconds < 1000) return `${nanoseconds.toFixed(0)} ns`;
  if (nanoseconds < 1e6) return `${(nanoseconds / 1000).toFixed(1)} us`;
  return `${(nanoseconds / 1e6).toFixed(1)} ms`;
}

const two = (value) => value.toFixed(2);

function cell({ name, wrong, nanoseconds, ratio }) {
  if (name === 'C') return `1.00 (${duration(nanoseconds.median)})`;
  return `${two(ratio.median)}${wrong ? ' (!)' : ''} (${two(ratio.q1)}-${two(ratio.q3)})`;
}

function rowsOf(results) {
  const names = order.filter((name) => results.some(({ contenders }) => contenders.some((one) => one.name === name)));
  const rows = results.map((result) => [
    result.name,
    ...names.map((name) => {
      const found = result.contenders.find((one) => one.name === name);
      return found === undefined ? '-' : cell(found);
    }),
    result.target === undefined ? '-' : two(result.target),
  ]);
  return { head: ['question', ...names, 'target'], rows };
}

export function asTable(results) {
  const { head, rows } = rowsOf(results);
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows);
  return `${table.toString()}\n`;
}

export function asMarkdown(results) {
  const { head, rows } = rowsOf(results);
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map((_, index) => (index === 0 ? '---' : '---:'))) + rows.map(line).join('');
}

export function asJson(results, rounds) {
  return `${JSON.stringify({ machine: machine(), rounds, questions: results }, null, 2)}\n`;
}
