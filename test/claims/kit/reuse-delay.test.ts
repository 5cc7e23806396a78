import { expect, test } from 'vitest';
import { Stage } from '../../../src/lab/run/stage.js';
import { closeInOrder } from '../../../src/claims/kit/connection.js';
import { pastReuseDelay } from '../../../src/claims/kit/reuse-delay.js';
import { describeNeeding } from '../../support/needs.js';
import { canMakeNamespaces } from '../../support/namespaces.js';

/** Between two ticks of the kernel's timers, 1 to 10 ms, each falls at another moment. */
const turns = 40;

describeNeeding(canMakeNamespaces, 'it sets sysctls of a network namespace')('the delay of tcp_tw_reuse', () => {
  test('once it has passed, connect() takes over a TIME_WAIT, whenever that began', async () => {
    const stage = new Stage(AbortSignal.timeout(30_000));
    try {
      const host = stage.alone();
      host.setSysctl('net.ipv4.tcp_tw_reuse', 1);
      host.setSysctl('net.ipv4.ip_local_port_range', '50000 50000');
      const listener = host.listen({ address: host.A, port: 8080 });
      const to = { address: host.A, port: 8080 };
      let taken = 0;
      for (let turn = 0; turn < turns; turn++) {
        const client = await host.connect(to);
        if (turn > 0) taken++;
        await closeInOrder(client, await listener.accept('server'));
        await pastReuseDelay(host);
      }
      expect(taken).toBe(turns - 1);
      expect(host.sockets({ localPort: 50_000, state: 'TIME_WAIT' })).toHaveLength(1);
    } finally {
      await stage.close();
    }
  });
});
