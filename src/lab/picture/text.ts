import type { Trace } from '../trace.js';

export function ladderText(trace: Trace, width = 80): string {
  const lines = [
    ...trace.calls.map((c) => ({ t: c.atMs, s: `${c.host} ${c.socket ?? ''}.${c.call} = ${c.result}` })),
    ...trace.marks.map((m) => ({ t: m.atMs, s: `--- ${m.text}` })),
    ...trace.states.map((m) => ({
      t: m.atMs,
      s: `[${m.host} ${m.local.port} ${m.remote?.port ?? '*'} ${m.state} ${m.how}]`,
    })),
    ...trace.segments.map((m) => ({
      t: m.sentMs,
      s: `${m.from} -> ${m.to} ${m.flags.join(' ')} ${m.seq} ${m.ack ?? ''} ${m.length} ${m.receivedMs === undefined ? 'LOST' : (m.receivedMs - m.sentMs).toFixed(3)}${m.retransmission ? ' again' : ''}`,
    })),
  ].sort((a, b) => a.t - b.t);
  return [
    trace.title,
    trace.variant ?? '',
    ...lines.map(({ t, s }) => `${t.toFixed(3).padStart(9)} ${s}`),
    JSON.stringify(trace.findings),
    trace.error?.message ?? '',
  ]
    .join('\n')
    .slice(0, width * 10000);
}
