import type { Cure, Rule } from './rule-shape.js';

const unix = ['unix'] as const;
const atBind = ['bind'] as const;
const atConnect = ['connect'] as const;

const anotherPath: Cure = { text: 'Bind another path.', needs: 'us', action: 'another path' };

/** The rules by which a unix socket gets its name, or reaches another by it. They stand in `rules` with the others. */
export const unixRules = {
  'unix-path-free': {
    text: 'bind() of a unix socket makes the file of its path, so a path at which there is nothing is free.',
    calls: atBind,
    protocols: unix,
    outcome: 'ok',
    kernel: 'unix_bind_bsd()',
    source: 'unix(7)',
    cures: [],
  },
  'unix-path-in-use': {
    text: 'The file of a unix socket belongs to the socket that made it: while that is open, bind() to the path fails, and what connects to the path reaches it.',
    calls: atBind,
    protocols: unix,
    outcome: 'EADDRINUSE',
    kernel: 'unix_bind_bsd(): EEXIST',
    source: 'unix(7), bind(2)',
    cures: [
      {
        text: 'Stop the program that has the socket, and remove the file if it is still there.',
        needs: 'the other',
        action: 'stop and unlink',
      },
      anotherPath,
    ],
  },
  'unix-path-stale': {
    text: 'The file of a unix socket stays when the socket is closed, and bind() never takes a file over: nobody has the socket any more, and the path is in use until the file is removed.',
    calls: atBind,
    protocols: unix,
    outcome: 'EADDRINUSE',
    kernel: 'unix_bind_bsd(): EEXIST',
    source: 'unix(7) NOTES',
    cures: [
      {
        text: 'Remove the file before bind(), after a connect() to it has failed with ECONNREFUSED.',
        needs: 'us',
        action: 'unlink',
      },
      { text: 'Bind an abstract name, which goes with its socket.', needs: 'us', action: 'an abstract name' },
      anotherPath,
    ],
  },
  'unix-path-undecided': {
    text: 'bind() of a unix socket fails where its path exists, whether the socket of the file is still open or not.',
    calls: atBind,
    protocols: unix,
    outcome: 'EADDRINUSE',
    kernel: 'unix_bind_bsd(): EEXIST',
    source: 'unix(7)',
    cures: [
      {
        text: 'Connect to the path as a user that may write to it: ECONNREFUSED says that the file can be removed.',
        needs: 'root',
      },
      anotherPath,
    ],
  },
  'unix-path-no-socket': {
    text: 'bind() of a unix socket makes the file of its path, and fails where there is a file of another kind.',
    calls: atBind,
    protocols: unix,
    outcome: 'EADDRINUSE',
    kernel: 'unix_bind_bsd(): EEXIST',
    source: 'unix(7), bind(2)',
    cures: [anotherPath],
  },
  'unix-name-free': {
    text: 'An abstract name belongs to one open socket of each type in a network namespace, and is free once that is closed.',
    calls: atBind,
    protocols: unix,
    outcome: 'ok',
    kernel: 'unix_bind_abstract()',
    source: 'unix(7) Abstract sockets',
    cures: [],
  },
  'unix-name-in-use': {
    text: 'Two open sockets of one type cannot have the same abstract name in one network namespace.',
    calls: atBind,
    protocols: unix,
    outcome: 'EADDRINUSE',
    kernel: 'unix_bind_abstract()',
    source: 'unix(7) Abstract sockets',
    cures: [
      { text: 'Stop the program that has the name: it is free at once.', needs: 'the other' },
      { text: 'Bind another name.', needs: 'us' },
    ],
  },
  'unix-no-folder': {
    text: 'bind() of a unix socket makes a file, so the folder of its path must exist.',
    calls: atBind,
    protocols: unix,
    outcome: 'ENOENT',
    kernel: 'unix_bind_bsd(): kern_path_create()',
    source: 'unix(7), bind(2) ENOENT',
    cures: [{ text: 'Create the folder before bind().', needs: 'us' }],
  },
  'unix-no-such-folder': {
    text: 'bind() of a unix socket makes a file, so every part of its path but the last must be a folder.',
    calls: atBind,
    protocols: unix,
    outcome: 'ENOTDIR',
    kernel: 'unix_bind_bsd(): kern_path_create()',
    source: 'bind(2) ENOTDIR',
    cures: [anotherPath],
  },
  'unix-folder-not-writable': {
    text: 'bind() of a unix socket makes a file, so the process needs write permission in the folder, and search permission on the way to it.',
    calls: atBind,
    protocols: unix,
    outcome: 'EACCES',
    kernel: 'unix_bind_bsd(): vfs_mknod()',
    source: 'unix(7), bind(2) EACCES',
    cures: [
      {
        text: 'Bind a path in a folder of this user, such as $XDG_RUNTIME_DIR or a RuntimeDirectory= of systemd.',
        needs: 'us',
      },
      { text: 'Give this user write permission in the folder.', needs: 'root' },
    ],
  },
  'unix-connected': {
    text: 'connect() to a path reaches the socket that made the file, if it listens and the process may write to the file.',
    calls: atConnect,
    protocols: unix,
    outcome: 'ok',
    kernel: 'unix_find_bsd(), unix_stream_connect()',
    source: 'unix(7)',
    cures: [],
  },
  'unix-nobody-listens': {
    text: 'connect() to a path or abstract name at which no socket listens is refused; the file of a closed socket stays.',
    calls: atConnect,
    protocols: unix,
    outcome: 'ECONNREFUSED',
    kernel: 'unix_find_bsd(), unix_find_abstract()',
    source: 'unix(7), connect(2) ECONNREFUSED',
    cures: [{ text: 'Start the server.', needs: 'the other' }],
  },
  'unix-no-such-path': {
    text: 'connect() to a path at which there is no file fails with ENOENT.',
    calls: atConnect,
    protocols: unix,
    outcome: 'ENOENT',
    kernel: 'unix_find_bsd(): kern_path()',
    source: 'path_resolution(7)',
    cures: [
      { text: 'Start the server.', needs: 'the other' },
      { text: 'Check the path: a relative one starts from the working directory of the process.', needs: 'us' },
    ],
  },
  'unix-not-writable': {
    text: 'connect() to a path needs write permission on its file, and search permission on the way to it.',
    calls: atConnect,
    protocols: unix,
    outcome: 'EACCES',
    kernel: 'unix_find_bsd(): path_permission(MAY_WRITE)',
    source: 'unix(7), connect(2) EACCES',
    cures: [{ text: 'Give this user write permission on the file.', needs: 'the other' }],
  },
} as const satisfies Readonly<Record<string, Rule>>;
