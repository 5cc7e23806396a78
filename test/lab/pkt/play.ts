import { onTestFinished } from 'vitest';
import { parsePkt } from '../../../src/lab/pkt/parse.js';
import { Player } from '../../../src/lab/pkt/play.js';
import { type IpVersion, networkOf } from '../../../src/lab/pkt/settings.js';
import { Stage } from '../../../src/lab/run/stage.js';

/** Tests are about what comes, not about when: both cores may be busy. */
const toleranceMs = 10_000;

/** Plays a script on a stage of its own. */
export async function play(
  text: string,
  file: string,
  ipVersion: IpVersion = 'ipv4',
  tolerance = toleranceMs,
): Promise<Stage> {
  const script = parsePkt(text, file);
  const network = networkOf(script, { ipVersion, toleranceMs: tolerance });
  const stage = new Stage(AbortSignal.timeout(25_000));
  onTestFinished(() => stage.close());
  const { local, gateway, prefix, mtu, remote } = network;
  const networks = [`${remote}/${remote.includes(':') ? 128 : 32}`];
  const [host, peer] = await stage.behindGateway('host', 'peer', {
    link: 'tun0',
    local,
    gateway,
    prefix,
    mtu,
    networks,
  });
  await new Player({ host, peer, signal: stage.signal }, script, network).play();
  return stage;
}
