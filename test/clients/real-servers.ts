import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { NOBODY } from '../support/users.js';

/** A server of Debian's, started in a folder of its own. */
export interface RealServer {
  readonly package: string;
  readonly port: number;
  readonly binary: string;
  /** Ends it at once, with what it has in the system (the semaphores and shared memory of postgres). */
  readonly endedBy: NodeJS.Signals;
  /** Prepares `folder`, which belongs to the user the server runs as, and returns the arguments. */
  prepare(folder: string, address: string): readonly string[];
}

/** Of the newest version that is installed: Debian keeps each in a folder of its own. */
const postgresFolder = ((versions: string) =>
  `${versions}/${existsSync(versions) ? readdirSync(versions).toSorted().at(-1) : ''}/bin`)('/usr/lib/postgresql');

/** postgres refuses to run as root, and mosquitto and mariadbd change their user. */
const asNobody = ['--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups'];

export const realServers = {
  postgres: {
    package: 'postgresql',
    port: 5432,
    binary: `${postgresFolder}/postgres`,
    endedBy: 'SIGQUIT',
    prepare(folder, address) {
      const args = ['-D', folder, '--no-sync', '--locale=C', '--username=postgres', '--auth=trust'];
      const { status, stderr } = spawnSync('setpriv', [...asNobody, `${postgresFolder}/initdb`, ...args]);
      if (status !== 0) throw new Error(`initdb: ${stderr}`);
      writeFileSync(join(folder, 'pg_hba.conf'), 'host all all all trust\n');
      const settings = [`listen_addresses=${address}`, 'unix_socket_directories=', 'fsync=off'];
      return ['-D', folder, ...settings.flatMap((setting) => ['-c', setting])];
    },
  },
  mariadb: {
    package: 'mariadb-server',
    port: 3306,
    binary: '/usr/sbin/mariadbd',
    endedBy: 'SIGQUIT',
    // Without the tables that mariadb-install-db would make: none of them is asked for.
    prepare: (folder, address) => [
      '--no-defaults',
      '--skip-grant-tables',
      `--datadir=${folder}`,
      `--bind-address=${address}`,
      '--skip-networking=0',
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
    ],
  },
  redis: {
    package: 'redis-server',
    port: 6379,
    binary: '/usr/bin/redis-server',
    endedBy: 'SIGTERM',
    prepare: (folder, address) => ['--bind', address, '--dir', folder, '--save', '', '--protected-mode', 'no'],
  },
  mosquitto: {
    package: 'mosquitto',
    port: 1883,
    binary: '/usr/sbin/mosquitto',
    endedBy: 'SIGTERM',
    prepare(folder, address) {
      const file = join(folder, 'mosquitto.conf');
      writeFileSync(file, `listener 1883 ${address}\nallow_anonymous true\n`);
      return ['-c', file];
    },
  },
} as const satisfies Readonly<Record<string, RealServer>>;

/** The packages of which a server is missing here. */
export const missingPackages = Object.values(realServers)
  .filter(({ binary }) => !existsSync(binary))
  .map((server) => server.package);

export interface StartedServer {
  readonly child: ChildProcess;
  readonly port: number;
  readonly endedBy: NodeJS.Signals;
  /** What it has written. */
  log(): string;
}

/** Starts a server in a folder beneath `parent`, which must not be closed to others. */
export function startServer(name: keyof typeof realServers, parent: string, address: string): StartedServer {
  const server: RealServer = realServers[name];
  const folder = join(parent, name);
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, NOBODY, NOBODY);
  const args = server.prepare(folder, address);
  const file = join(parent, `${name}.log`);
  const log = openSync(file, 'w');
  const child = spawn('setpriv', [...asNobody, '--pdeathsig', 'KILL', server.binary, ...args], {
    cwd: folder,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return { child, port: server.port, endedBy: server.endedBy, log: () => readFileSync(file, 'utf8') };
}
