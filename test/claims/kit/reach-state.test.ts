import { expect, test } from 'vitest';
import { Stage } from '../../../src/lab/run/stage.js';
import { following, standing } from '../../../src/claims/kit/reach-state.js';
import { establish } from '../../../src/claims/kit/connection.js';
import { needs } from '../../support/needs.js';

const isLinux = process.platform === 'linux';

/** A connection of which the server's end is ESTABLISHED. */
async function onStage<T>(use: (scene: Awaited<ReturnType<typeof establish>>) => Promise<T>): Promise<T> {
  const stage = new Stage(new AbortController().signal, { network: 'loopback' });
  try {
    return await use(await establish(stage.alone()));
  } finally {
    await stage.close();
  }
}

test('a state that is awaited is told when it comes', async (context) => {
  needs(context, isLinux, 'the socket tables of Linux');
  await onStage(async ({ server, client }) => {
    const { host, local } = server;
    client.shutdown('write');
    expect(await following(host, local.port, 'ESTABLISHED', 'the client has ended')).toBe('CLOSE_WAIT');
    expect(await standing(host, local.port, ['CLOSE_WAIT'], 'the client has ended')).toBe('CLOSE_WAIT');
  });
});

test('a state that does not come breaks nothing off: what is there is told', async (context) => {
  needs(context, isLinux, 'the socket tables of Linux');
  await onStage(async ({ server }) => {
    const { host, local } = server;
    const seen = [
      standing(host, local.port, ['TIME_WAIT'], 'nobody closes'),
      following(host, local.port, 'ESTABLISHED', 'nobody closes'),
    ];
    expect(await Promise.all(seen)).toEqual(['ESTABLISHED', 'ESTABLISHED']);
  });
});
