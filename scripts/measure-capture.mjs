// How much memory a capture takes: node scripts/measure-capture.mjs [frames [UDP]]. Half of the frames are seen leaving, half arriving.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// As dist/ is made, by another process: what takes the types out of TypeScript needs 100 MiB by itself.
mkdirSync(join(root, 'dist'), { recursive: true });
const folder = mkdtempSync(join(root, 'dist/measured-'));
const modules = ['wire/frame-store', 'wire/passages', 'network/peer/frame', 'network/peer/ip', 'network/peer/segment'];
writeFileSync(
  join(folder, 'in.ts'),
  modules.map((name) => `export * from ${JSON.stringify(join(root, 'src/lab', `${name}.ts`))};\n`).join(''),
);
const bundled = join(folder, 'out.mjs');
const bundler = join(root, 'node_modules/rolldown/bin/cli.mjs');
execFileSync(process.execPath, [bundler, join(folder, 'in.ts'), '--file', bundled, '--platform', 'node'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
const { FrameStore, passagesOf, encodeFrame, EtherType, Protocol, encodeIp, encodeSegment } = await import(
  pathToFileURL(bundled).href
);
rmSync(folder, { recursive: true });

const [source, destination] = ['192.168.0.1', '192.168.0.2'];
const length = 100;

/** Of a number of its own each. */
function datagramOf(number) {
  const size = 8 + length;
  const bytes = new Uint8Array(size);
  bytes.set([195, 80, 31, 144, size >> 8, size & 255, 0, 0, ...[24, 16, 8, 0].map((bits) => (number >> bits) & 255)]);
  return bytes;
}

function segmentOf(number) {
  const segment = {
    sourcePort: 50_000,
    destinationPort: 8080,
    seq: (number * length) % 2 ** 32,
    ack: 1,
    flags: ['ACK'],
    window: 512,
    urgentPointer: 0,
  };
  return encodeSegment({ ...segment, options: {}, payload: new Uint8Array(length) }, source, destination);
}

const protocol = process.argv[3] === 'UDP' ? Protocol.UDP : Protocol.TCP;

function frameOf(number) {
  const payload = protocol === Protocol.UDP ? datagramOf(number) : segmentOf(number);
  return encodeFrame({
    source: '02:00:00:00:00:01',
    destination: '02:00:00:00:00:02',
    etherType: EtherType.IPv4,
    payload: encodeIp({ source, destination, protocol, payload }),
  });
}

const frames = Number(process.argv[2] ?? 1_000_000);
const mib = () => Math.round(process.resourceUsage().maxRSS / 1024);
const before = mib();
const store = new FrameStore();
for (let number = 0; number < frames / 2; number++) {
  const bytes = frameOf(number);
  const atNs = BigInt(number) * 1000n;
  store.add({ interface: 0, atNs, outgoing: true, forOthers: false, bytes });
  store.add({ interface: 1, atNs: atNs + 500n, outgoing: false, forOthers: false, bytes });
}
const stored = mib();
const end = (host, peer) => ({ host, peer, hasMade: () => false, absences: [] });
const passed = passagesOf(store.frames(), [end('a', 'b'), end('b', 'a')], (ns) => Number(ns) / 1e6);
store.close();
const [kept, omitted] =
  protocol === Protocol.UDP ? [passed.packets, passed.omittedPackets] : [passed.segments, passed.omitted];
const arrived = kept.filter(({ receivedMs }) => receivedMs !== undefined).length;
console.log(
  `${store.count} frames, ${kept.length + (omitted?.count ?? 0)} packets, ${arrived} of ${kept.length} kept have arrived`,
);
console.log(`  resident at most: ${before} MiB at the start, ${stored} once stored, ${mib()} once joined`);
