import { describe, expect, onTestFinished, test } from 'vitest';
import { Socket } from '../../../../src/index.js';
import { Arrived } from '../../../../src/lab/network/peer/arrived.js';
import { decodeSegment, encodeSegment, type Segment } from '../../../../src/lab/network/peer/segment.js';
import type { ArrivedSegment } from '../../../../src/lab/network/peer/segment-passed.js';
import { Stage } from '../../../../src/lab/run/stage.js';
import { canMakeNamespaces } from '../../../support/namespaces.js';

const [source, destination] = ['192.168.0.1', '192.168.0.2'];

function segmentOf(seq: number, length = 0): Segment {
  return {
    sourcePort: 8080,
    destinationPort: 40_000,
    seq,
    ack: 0,
    flags: ['ACK'],
    window: 512,
    urgentPointer: 0,
    options: {},
    payload: new Uint8Array(length),
  };
}

function arrived(seq: number, length = 0): ArrivedSegment {
  return { ...segmentOf(seq, length), source, destination, atNs: 0n };
}

/** How many fit. */
function fill(waiting: Arrived<ArrivedSegment>, length: number): number {
  for (let count = 0; ; count++) {
    try {
      waiting.add(arrived(count, length));
    } catch (error) {
      expect(error).toMatchObject({
        code: 'ERR_OUT_OF_RANGE',
        message: expect.stringMatching(/^client: [\d,]+ segments wait that the script has not read/),
      });
      return count;
    }
  }
}

describe('segments that nobody reads', () => {
  test('are kept up to 32 MiB, and what is taken makes room', () => {
    expect(fill(new Arrived<ArrivedSegment>('client', 'segments'), 65_536)).toBe(504);
    const waiting = new Arrived<ArrivedSegment>('client', 'segments');
    expect(fill(waiting, 0)).toBe(32_768);
    expect(waiting.take(({ seq }) => seq === 7)?.seq).toBe(7);
    waiting.takeEach(({ seq }) => seq < 3);
    expect(fill(waiting, 0)).toBe(4);
    expect(waiting.waiting(({ seq }) => seq < 4).map(({ seq }) => seq)).toEqual([3, 0, 1, 2, 3]);
  });

  test('hold their data alone, not the memory they were read into', () => {
    const bytes = encodeSegment(segmentOf(1, 100), source, destination);
    const room = Buffer.alloc(65_536);
    room.set(bytes);
    const payload = decodeSegment(room.subarray(0, bytes.length))?.payload;
    expect({ length: payload?.length, memory: payload?.buffer.byteLength }).toEqual({ length: 100, memory: 100 });
  });
});

describe.skipIf(!canMakeNamespaces)('a scripted peer that is flooded (needs network namespaces)', () => {
  test('says how much is lost where more comes than the kernel keeps, and answers again after it', async () => {
    const stage = new Stage(AbortSignal.timeout(30_000));
    onTestFinished(() => stage.close());
    const [host, peer] = await stage.scripted();
    const sender = host.namespace?.run(() => Socket.open({ family: 'IPv4', type: 'dgram' }));
    onTestFinished(() => sender?.close());
    const datagram = new Uint8Array(60_000);
    // Each is cut into 41 packets.
    for (let count = 0; count < 400; count++)
      sender?.trySend(datagram, { address: { address: peer.address, port: 9 } });
    await expect(peer.settle()).rejects.toMatchObject({
      code: 'ERR_OUT_OF_RANGE',
      message: expect.stringMatching(/^peer: [\d,]+ frames came faster than the script read them, and are lost$/),
    });
    await peer.settle();
    const connection = peer.connection({ localPort: 40_000, remotePort: 1 });
    connection.send('ACK', { seq: 5 });
    expect((await connection.answers()).map(({ flags }) => flags)).toEqual([['RST']]);
  });
});
