// What SO_LINGER {on, 0} does: close() sends RST, and the peer's recv() fails.
import { experiment } from 'sockwise/lab';

export default experiment('abortive close', async ({ host, mark }) => {
  const [server, client] = [host('server'), host('client')];
  const listener = server.listen(8080);
  const c = await client.connect(server, 8080);
  const s = await listener.accept();
  await c.send('unread');
  mark('close with SO_LINGER {on, 0}');
  s.setOption('SO_LINGER', { on: true, seconds: 0 });
  s.close();
  await c.expect('recv', 'ECONNRESET');
});
