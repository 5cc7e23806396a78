import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Host } from '../../../src/lab/network/host.js';
import { Stage } from '../../../src/lab/run/stage.js';
import { NetlinkError } from '../../../src/netlink/netlink-error.js';
import { NetworkNamespace } from '../../../src/netns/namespace.js';
import { canMakeNamespaces } from '../../support/namespaces.js';
import { describeNeeding, needs } from '../../support/needs.js';

function newStage(): Stage {
  const stage = new Stage(new AbortController().signal);
  onTestFinished(() => stage.close());
  return stage;
}

/** How its links get IPv6 addresses, and which it has. */
function inet6Of({ namespace }: Host): { modes: unknown[]; addresses: unknown[] } {
  const links = namespace?.listLinks().filter(({ name }) => name !== 'lo');
  const addresses = namespace?.listAddresses().filter(({ family }) => family === 'IPv6');
  return {
    modes: links?.map(({ addrGenMode }) => addrGenMode) ?? [],
    addresses: addresses?.map(({ address }) => address) ?? [],
  };
}

const none = { modes: ['none'], addresses: ['::1'] };
const local = '192.168.0.1';
const gateway = { local, gateway: '192.168.0.2', link: 'tun0', prefix: 16, networks: [] };

/** Links that are changed so are answered with this. */
function refuse(code: 'EAFNOSUPPORT' | 'EPERM'): void {
  const setLink = NetworkNamespace.prototype.setLink;
  const spy = vi.spyOn(NetworkNamespace.prototype, 'setLink').mockImplementation(function (
    this: NetworkNamespace,
    name,
    settings,
  ) {
    if (settings.addrGenMode !== undefined) throw new NetlinkError(-constants.errno[code], 'RTM_NEWLINK');
    setLink.call(this, name, settings);
  });
  onTestFinished(() => spy.mockRestore());
}

describeNeeding(canMakeNamespaces, 'only root can make network namespaces in this process')('a link of the lab', () => {
  test('has no IPv6 address of its own: it says nothing by itself', async (context) => {
    needs(context, existsSync('/proc/net/if_inet6'), 'no IPv6');
    const stage = newStage();
    const [server, client] = stage.pair();
    expect([server, client].map(inet6Of)).toEqual([none, none]);
    const relayed = newStage();
    relayed.host('server');
    expect(inet6Of(relayed.host('client', { relayed: true }))).toEqual(none);
    const [scripted] = await newStage().scripted();
    expect(inet6Of(scripted)).toEqual(none);
    const [routed] = await newStage().behindGateway('host', 'peer', { ...gateway, mtu: 1500 });
    expect(inet6Of(routed)).toEqual(none);
  });

  test('gets it from the sysctl where netlink has no such attribute', (context) => {
    needs(context, existsSync('/proc/net/if_inet6'), 'no IPv6');
    refuse('EAFNOSUPPORT');
    expect(newStage().pair().map(inet6Of)).toEqual([none, none]);
  });

  test('is made where it is too narrow for IPv6', async () => {
    const [host] = await newStage().behindGateway('host', 'peer', { ...gateway, mtu: 1000 });
    expect(host.namespace?.getLink('tun0')).toMatchObject({ isUp: true, mtu: 1000 });
  });

  test('is not made where that may not be set', () => {
    refuse('EPERM');
    expect(() => newStage().pair()).toThrow(expect.objectContaining({ code: 'EPERM' }));
  });
});
