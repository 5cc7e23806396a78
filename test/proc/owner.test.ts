import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fstatSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { native } from '../../src/native/load.js';
import { listSockets } from '../../src/netlink/sock-diag.js';
import { membershipOf } from '../../src/proc/cgroup.js';
import { findOwners } from '../../src/proc/owner.js';
import { Socket } from '../../src/socket/socket.js';
import { built, run } from '../support/children.js';
import { openDescriptors } from '../support/namespaces.js';
import { needs } from '../support/needs.js';
import { canDropPrivileges, cannotDropPrivileges, commandAsUser, runAsUser } from '../support/privileges.js';
import { listening } from '../support/sockets.js';

const inodeOf = (socket: Socket): number => fstatSync(socket.fd).ino;

describe('findOwners', () => {
  test('finds the process, its descriptors, its command line and its user', () => {
    using socket = listening();
    const inode = inodeOf(socket);
    const { owners } = findOwners([inode]);
    const [owner, ...others] = owners.get(inode) ?? [];
    expect(others).toEqual([]);
    expect(owner).toMatchObject({ pid: process.pid, fds: [socket.fd], uid: process.geteuid?.() });
    expect(owner?.argv.length).toBeGreaterThan(0);
    expect(owner?.name).not.toBe('');
  });

  test('finds more sockets of one process than its memory held at first', () => {
    const sockets = Array.from({ length: 2_100 }, () => Socket.open());
    try {
      const inodes = sockets.map(inodeOf);
      const { owners } = findOwners(inodes);
      expect(owners.size).toBe(inodes.length);
      expect(sockets.map((socket, i) => owners.get(inodes[i] ?? 0)?.[0]?.fds[0] === socket.fd)).not.toContain(false);
    } finally {
      for (const socket of sockets) socket.close();
    }
  });

  test('finds every process that shares a socket', async () => {
    using socket = listening();
    const child = spawn('sleep', ['60'], { stdio: [socket.fd, 'ignore', 'ignore'] });
    try {
      await once(child, 'spawn');
      const inode = inodeOf(socket);
      const found = findOwners([inode]).owners.get(inode) ?? [];
      expect(found.map(({ pid }) => pid).sort()).toEqual([process.pid, child.pid].sort());
      expect(found.find(({ pid }) => pid === child.pid)).toMatchObject({ argv: ['sleep', '60'], fds: [0] });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  test('looks at the first descriptors of a busy process only, and says so, unless a socket lacks its owner', async () => {
    using socket = listening();
    const script = `const fs = require('fs');
      for (let i = 0; i < 5000; i++) fs.openSync('/dev/null');
      const server = require('net').createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));`;
    const child = spawn(process.execPath, ['-e', script], { stdio: 'pipe' });
    try {
      const [port] = (await once(child.stdout, 'data')) as [Buffer];
      const inode = inodeOf(socket);
      const { owners, unseen } = findOwners([inode]);
      expect(owners.get(inode)?.map(({ pid }) => pid)).toEqual([process.pid]);
      expect(unseen).toContainEqual({ kind: 'passed-over', processes: expect.any(Number) as number });
      const [late] = listSockets({ localPort: Number(String(port)), owners: true });
      expect(late?.owners?.map(({ pid }) => pid)).toEqual([child.pid]);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  test('a busy process that inherited the socket is an owner', async () => {
    using socket = listening();
    const busy = `const fs = require('fs'); for (let i = 0; i < 5000; i++) fs.openSync('/dev/null');
      console.log('ready'); setInterval(() => {}, 1000)`;
    const child = spawn(process.execPath, ['-e', busy], { stdio: [socket.fd, 'pipe', 'ignore'] });
    try {
      await once(child.stdout ?? child, 'data');
      const inode = inodeOf(socket);
      expect(
        findOwners([inode])
          .owners.get(inode)
          ?.map(({ pid }) => pid),
      ).toContain(child.pid);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  test('does not find a socket that is closed, nor inode 0, and asks nobody for nothing', () => {
    const socket = listening();
    const inode = inodeOf(socket);
    socket.close();
    expect(findOwners([inode, 0]).owners.size).toBe(0);
    expect(findOwners([])).toEqual({ owners: new Map(), unseen: [] });
  });

  test('leaves no descriptor open', () => {
    using socket = listening();
    const before = openDescriptors();
    findOwners([inodeOf(socket)]);
    expect(openDescriptors()).toBe(before);
  });

  test('says that the processes of other users cannot be read', async (context) => {
    needs(context, canDropPrivileges, cannotDropPrivileges);
    using socket = listening();
    const { stdout, stderr } = await runAsUser(
      `import { findOwners } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
       const { owners, unseen } = findOwners([${inodeOf(socket)}]);
       console.log(JSON.stringify([owners.size, unseen.find(({ kind }) => kind === 'other-users')?.processes > 0]));`,
    );
    expect([stdout, stderr]).toEqual(['[0,true]\n', '']);
  });

  test('a process that ends while it is looked at is no owner', async () => {
    using socket = listening();
    const child = spawn('sleep', ['60'], { stdio: [socket.fd, 'ignore', 'ignore'] });
    await once(child, 'spawn');
    const look = native.socketDescriptors;
    const spy = vi.spyOn(native, 'socketDescriptors').mockImplementation((pid, ...rest) => {
      const found = look(pid, ...rest);
      if (pid !== child.pid) return found;
      child.kill('SIGKILL');
      // Node asks for its exit status later, so it stays as a zombie.
      while (!/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
      return found;
    });
    try {
      const inode = inodeOf(socket);
      const owners = findOwners([inode]).owners.get(inode) ?? [];
      expect(owners.map(({ pid }) => pid)).toEqual([process.pid]);
      expect(spy.mock.calls.map(([pid]) => pid)).toContain(child.pid);
    } finally {
      spy.mockRestore();
      await once(child, 'exit');
    }
  });

  test('goes on where /proc lists processes that it does not show (hidepid=1)', async (context) => {
    needs(context, canDropPrivileges, cannotDropPrivileges);
    using socket = listening();
    const script = `import { findOwners } from ${JSON.stringify(built)};
      import { fstatSync, readFileSync } from 'node:fs';
      const own = Socket.open();
      const inode = fstatSync(own.fd).ino;
      const { owners, unseen } = findOwners([inode, ${inodeOf(socket)}]);
      console.log(JSON.stringify([owners.get(inode)?.[0].pid === process.pid, owners.size, unseen.map(({ kind }) => kind)]));
      own.close();`;
    const hide = 'mount -t proc -o hidepid=1 proc /proc || exit 77; exec "$@"';
    const args = ['--mount', '--propagation', 'private', 'sh', '-c', hide, 'sh', ...commandAsUser(script)];
    const { code, stdout, stderr } = await run('unshare', args);
    needs(context, code !== 77, 'no /proc with hidepid can be mounted here');
    expect([stdout, stderr]).toEqual([expect.stringMatching(/^\[true,1,\["other-users","hidepid"/), '']);
  });

  test('takes a command line whole, with all that is in it', async () => {
    const long = 'x'.repeat(70_000);
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', `\u001b[2J\n${long}`], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    try {
      await once(child, 'spawn');
      const mine = findOwners(listSockets({ protocol: 'unix' }).map(({ inode }) => inode));
      const owner = [...mine.owners.values()].flat().find(({ pid }) => pid === child.pid);
      expect(owner?.argv.at(-1)).toBe(`\u001b[2J\n${long}`);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  test('a process may have wiped its command line', async () => {
    const script = 'process.title = ""; setInterval(() => {}, 1000); console.log("ready")';
    const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'ignore'] });
    try {
      await once(child.stdout, 'data');
      const unix = listSockets({ protocol: 'unix', owners: true });
      const row = unix.find(({ owners }) => owners?.some(({ pid }) => pid === child.pid));
      const owner = row?.owners?.find(({ pid }) => pid === child.pid);
      expect(owner?.argv).toBeDefined();
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  test('says that /proc hides processes', async (context) => {
    const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
    const script = `import('${new URL('../../dist/index.js', import.meta.url).href}').then(({ findOwners }) =>
      console.log(JSON.stringify(findOwners([1]).unseen.map(({ kind }) => kind))));`;
    // A /proc of its own, in a PID namespace of its own, which an ordinary user may mount too.
    const hide = 'mount -t proc -o hidepid=2 proc /proc && exec "$@"';
    const args = [...asRoot, '--mount', '--pid', '--fork', '--propagation', 'private', 'sh', '-c', hide, 'sh'];
    const env = { LD_PRELOAD: undefined, SOCKWISE_NATIVE: undefined };
    const { code, stdout } = await run('unshare', [...args, process.execPath, '-e', script], { env });
    needs(context, code === 0, 'no /proc with hidepid can be mounted here');
    expect(JSON.parse(stdout)).toEqual(expect.arrayContaining(['hidepid', 'pid-namespace']));
  });

  test('without /proc it says so', async (context) => {
    const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
    const script = `import('${new URL('../../dist/index.js', import.meta.url).href}').then(({ findOwners }) =>
      console.log(JSON.stringify(findOwners([1]).unseen)));`;
    const hide = ['--mount', '--propagation', 'private', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'];
    // A sanitizer that is preloaded needs /proc itself.
    const env = { LD_PRELOAD: undefined, SOCKWISE_NATIVE: undefined };
    const { code, stdout } = await run('unshare', [...asRoot, ...hide, process.execPath, '-e', script], { env });
    needs(context, code === 0, 'no mount namespace with an empty /proc can be made here');
    expect(stdout).toBe('[{"kind":"no-proc"}]\n');
  });
});

describe('listSockets with owners', () => {
  test('adds the owners to rows, and none without being asked', () => {
    using socket = listening();
    const { port } = socket.getsockname();
    const [row] = listSockets({ localPort: port, owners: true });
    expect(row?.owners?.map(({ pid }) => pid)).toEqual([process.pid]);
    expect(listSockets({ localPort: port })[0]).not.toHaveProperty('owners');
  });
});

describe('membershipOf', () => {
  const id = 'a1'.repeat(32);
  test.each([
    ['0::/system.slice/nginx.service', { unit: 'nginx.service' }],
    ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope', { unit: 'app-x.scope' }],
    [`0::/system.slice/docker-${id}.scope`, { container: id }],
    [`12:pids:/docker/${id}\n0::/`, { container: id }],
    [`0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-${id}.scope`, { container: id }],
    [`0::/kubepods/besteffort/pod1/${id}`, { container: id }],
    ['0::/lxc.payload.web/system.slice/cron.service', { container: 'web', unit: 'cron.service' }],
    [
      `1:name=systemd:/system.slice/containerd.service/kubepods:cri-containerd:${id}`,
      { container: id, unit: 'containerd.service' },
    ],
    ['0::/', {}],
    ['', {}],
    ['not a line', {}],
  ])('%s', (cgroups, expected) => {
    expect(membershipOf(cgroups)).toEqual(expected);
  });
});
