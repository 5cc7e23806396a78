import { Socket } from '../../index.js';

/**
 * Hears each line of standard input, and ends the process with it: a program ends with the lab that holds the other end, however that
 * ended. It is one of a pair of Unix sockets (uv_spawn()), and is read as such: Node's stream for it takes 7 ms to load, readline 2.
 */
export async function hear(onLine: (line: string) => void = () => {}): Promise<never> {
  const input = Socket.adopt(0);
  let rest = '';
  for (;;) {
    const data = await input.recv({ size: 4096 });
    if (data.length === 0) process.exit();
    const lines = (rest + data.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(Buffer.from(line, 'latin1').toString());
  }
}
