const size = 64;
export const data = Buffer.alloc(size);

function assertWhole(length) {
  if (length !== size) throw new Error(`${length} bytes came`);
}

/** Two connected Sockets that answer each other, each after a wait. `place` is where a receive goes: see `RecvOptions`. */
export function awaited(name, [left, right], place) {
  const answer = async (socket, count) => {
    const options = place();
    for (let i = 0; i < count; i++) {
      assertWhole((await socket.recv(options)).length);
      if (socket.trySend(data) !== size) throw new Error('not sent');
    }
  };
  return {
    name,
    async run(count) {
      const answered = answer(right, count);
      const options = place();
      for (let i = 0; i < count; i++) {
        if (left.trySend(data) !== size) throw new Error('not sent');
        assertWhole((await left.recv(options)).length);
      }
      await answered;
    },
  };
}

/** The same twice: into memory made once, and into memory made for each receive. */
export function bothAwaited(pair) {
  return [
    awaited('sockwise', pair, () => ({ buffer: Buffer.alloc(size) })),
    awaited('sockwise, objects', pair, () => undefined),
  ];
}

/**
 * Two sockets that call back with what came. `listen[i](heard)` says whom to call with how many bytes came at socket i;
 * `send[i]()` sends from there.
 */
export function called(name, listen, send) {
  let turn = () => {};
  listen[0]((length) => {
    assertWhole(length);
    turn();
  });
  listen[1]((length) => {
    assertWhole(length);
    send[1]();
  });
  return {
    name,
    run(count) {
      return new Promise((resolve) => {
        let left = count;
        turn = () => {
          if (--left === 0) resolve();
          else send[0]();
        };
        send[0]();
      });
    },
  };
}
