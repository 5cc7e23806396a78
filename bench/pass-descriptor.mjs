import { Socket } from './support/sockwise.mjs';

export const question = {
  name: 'pass-descriptor',
  title: 'a descriptor over a Unix pair: sendmsg, recvmsg, close',
  clock: 'cpu',
  target: 1.6,
  trial: 500,
  prepare() {
    const [from, to] = Socket.pair();
    const message = { data: Buffer.alloc(1), control: [{ type: 'SCM_RIGHTS', fds: [from.fd] }] };
    const into = { buffer: Buffer.alloc(1), controlSize: 24 };
    return {
      contenders: [
        {
          name: 'sockwise',
          run(count) {
            for (let i = 0; i < count; i++) {
              from.trySendmsg(message);
              const [{ fds }] = to.tryRecvmsg(into).control;
              Socket.adopt(fds[0]).close();
            }
          },
        },
      ],
      stop() {
        from.close();
        to.close();
      },
    };
  },
};
