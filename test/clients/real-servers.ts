import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
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
  /** `port` if absent: TLS starts within the protocol. */
  readonly tlsPort?: number;
  readonly binary: string;
  /** Ends it at once, with what it has in the system (the semaphores and shared memory of postgres). */
  readonly endedBy: NodeJS.Signals;
  /** Prepares `folder`, which belongs to the user the server runs as, and returns the arguments. */
  prepare(folder: string, address: string, certificate: Certificate): readonly string[];
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const openssl = '/usr/bin/openssl';

/** Files in `folder` for servers at `address`, who are `localhost` too. */
export function makeCertificate(folder: string, address: string): Certificate {
  const files = { key: join(folder, 'server.key'), cert: join(folder, 'server.cert') };
  const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=DNS:localhost,IP:${address}`];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const args = ['req', '-x509', '-days', '1', ...curve, ...subject, '-keyout', files.key, '-out', files.cert];
  const { status, stderr } = spawnSync(openssl, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  // postgres refuses a key that others can read.
  chmodSync(files.key, 0o600);
  for (const file of Object.values(files)) chownSync(file, NOBODY, NOBODY);
  return files;
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
    prepare(folder, address, { key, cert }) {
      const args = ['-D', folder, '--no-sync', '--locale=C', '--username=postgres', '--auth=trust'];
      const { status, stderr } = spawnSync('setpriv', [...asNobody, `${postgresFolder}/initdb`, ...args]);
      if (status !== 0) throw new Error(`initdb: ${stderr}`);
      writeFileSync(join(folder, 'pg_hba.conf'), 'host all all all trust\n');
      const settings = [`listen_addresses=${address}`, 'unix_socket_directories=', 'fsync=off'];
      settings.push('ssl=on', `ssl_key_file=${key}`, `ssl_cert_file=${cert}`);
      return ['-D', folder, ...settings.flatMap((setting) => ['-c', setting])];
    },
  },
  mariadb: {
    package: 'mariadb-server',
    port: 3306,
    binary: '/usr/sbin/mariadbd',
    endedBy: 'SIGQUIT',
    // Without the tables that mariadb-install-db would make: none of them is asked for.
    prepare: (folder, address, { key, cert }) => [
      '--no-defaults',
      `--ssl-key=${key}`,
      `--ssl-cert=${cert}`,
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
    tlsPort: 6380,
    binary: '/usr/bin/redis-server',
    endedBy: 'SIGTERM',
    prepare(folder, address, { key, cert }) {
      const args = ['--bind', address, '--dir', folder, '--save', '', '--protected-mode', 'no'];
      const files = ['--tls-key-file', key, '--tls-cert-file', cert, '--tls-ca-cert-file', cert];
      return [...args, '--tls-port', '6380', ...files, '--tls-auth-clients', 'no'];
    },
  },
  mosquitto: {
    package: 'mosquitto',
    port: 1883,
    tlsPort: 8883,
    binary: '/usr/sbin/mosquitto',
    endedBy: 'SIGTERM',
    prepare(folder, address, { key, cert }) {
      const file = join(folder, 'mosquitto.conf');
      writeFileSync(
        file,
        `listener 1883 ${address}\nallow_anonymous true\nlistener 8883 ${address}\nkeyfile ${key}\ncertfile ${cert}\n`,
      );
      return ['-c', file];
    },
  },
} as const satisfies Readonly<Record<string, RealServer>>;

/** The packages of which a program is missing here. */
export const missingPackages = [...Object.values(realServers), { package: 'openssl', binary: openssl }]
  .filter(({ binary }) => !existsSync(binary))
  .map((each) => each.package);

export interface StartedServer {
  readonly child: ChildProcess;
  readonly port: number;
  readonly tlsPort: number;
  readonly endedBy: NodeJS.Signals;
  /** What it has written. */
  log(): string;
}

/** Starts a server in a folder beneath `parent`, which must not be closed to others. */
export function startServer(
  name: keyof typeof realServers,
  parent: string,
  address: string,
  certificate: Certificate,
): StartedServer {
  const server: RealServer = realServers[name];
  const folder = join(parent, name);
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, NOBODY, NOBODY);
  const args = server.prepare(folder, address, certificate);
  const file = join(parent, `${name}.log`);
  const log = openSync(file, 'w');
  const child = spawn('setpriv', [...asNobody, '--pdeathsig', 'KILL', server.binary, ...args], {
    cwd: folder,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const { port, tlsPort = port } = server;
  return { child, port, tlsPort, endedBy: server.endedBy, log: () => readFileSync(file, 'utf8') };
}
