import type { Host } from '../network/host.js';

/** Runs a command in the host's namespace and the script's own folder, as packetdrill does. What it ended with, where it failed. */
export async function runShell(host: Host, folder: string, command: string): Promise<string | undefined> {
  const whole = `cd "$0" || exit\nexport PACKETDRILL_PID=$PPID\n${command}`;
  const child = host.spawn('sh', ['-c', whole, folder], { name: 'sh' });
  const end = await child.exited();
  if (end === 'status 0') return undefined;
  const why = child.errors.trim().split('\n').at(-1) ?? '';
  return `${command.split('\n', 1)[0] ?? ''}: it ended with ${end}${why === '' ? '' : `: ${why}`}`;
}
