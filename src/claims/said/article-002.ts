import { under } from './sentence.js';

/** "Network programming in practice, lecture 15: address already in use", and the questions of its readers. */
export const article002 = [
  ...under(
    'The lecture',
    ['A server that is restarted often says "Address in use", and cannot be started quickly.', 'G1', 'S6'],
    ['The server binds ANY, listens, accepts one client and reads.', 'C1', 'S5'],
    ['telnet closes the connection: the server sees the end of the stream, and can be restarted quickly.', 'S1', 'A6'],
  ),
  ...under(
    'J.M.Liu',
    ['tcp_tw_reuse shortens TIME_WAIT, so that there are not too many.', 'G9', 'C18', 'S2'],
    ['tcp_tw_reuse is about what comes after accept.', 'S2', 'C18'],
    ['SO_REUSEADDR is about the port that TIME_WAIT holds, at bind.', 'S2', 'G7'],
    ['It also lets one port serve several addresses.', 'S20', 'S13'],
  ),
  ...under(
    'G先生 and 凌空飞起的剪刀腿',
    ['With SO_REUSEADDR several UDP programs can receive one multicast stream.', 'S3'],
    ['SO_REUSEADDR acts on new connections; set on a connected socket it has no effect.', 'S10'],
  ),
  ...under(
    '惘闻 and 木子皿',
    [
      'The server is closed after its FIN: does it still get the ACK and the FIN of the client, and go to TIME_WAIT?',
      'S4',
      'A3',
    ],
    ['After Ctrl+C the sockets are released: who answers the FIN, and why is there a TIME_WAIT?', 'S4', 'C1'],
  ),
  ...under(
    'HerofH',
    ['TIME_WAIT is for the active closer, and servers are often passive: why do they have it?', 'S5', 'A12'],
    ['Is SO_REUSEADDR on a server for its active close only?', 'S5', 'C19'],
  ),
  ...under(
    '海盗船长 and test',
    ['After waiting 2MSL, does a restart always work?', 'S6', 'C12'],
    ['Is waiting 2MSL of no use today?', 'A10', 'C12'],
  ),
  ...under(
    'vv_test',
    ['TCP never lets different servers bind one address and port.', 'S7', 'S18'],
    ["nginx's master and workers all listen on port 80: how?", 'S7'],
  ),
  ...under(
    'pc',
    ['Can a client get "address already in use"? At connect?', 'S8', 'A7'],
    ['A connection is known by its four-tuple, but a bind has no destination: what is compared, and when?', 'S9', 'L9'],
  ),
  ...under('林林', ['Our server cannot be changed and does not set SO_REUSEADDR: what else is there?', 'S11', 'S22']),
  ...under('不动声色满心澎湃', ['192.168.1.220:8010 is in TIME_WAIT: can a program use 221 and 8010?', 'S12']),
  ...under('nil', ['Another port each time avoids the problem.', 'G6']),
  ...under(
    '传说中的成大大',
    ['UDP allows exactly the same binding several times.', 'S3', 'C9'],
    ['Set after bind the option does not reach the kernel.', 'S10', 'C17'],
  ),
  ...under('Geek_68d3d2', [
    'Does reuse take its TIME_WAIT from the old connection, so that the peer waits for the FIN for ever?',
    'S14',
  ]),
  ...under(
    '钱',
    ['Every TCP server should set SO_REUSEADDR before bind, to be restarted in a short time.', 'C20', 'A10'],
    ['I find the process that holds the port, kill it, and restart.', 'S19'],
    ['Or restart the machine.', 'R15', 'S15'],
  ),
  ...under(
    'bianf, Geek_a2ed66 and 不能用真名字',
    ['Three servers, on ANY:80, 192.168.1.101:80 and 10.10.2.102:80, run side by side.', 'S13'],
    ['A connection goes to the server of its destination address.', 'S13'],
    ['Which address reaches the one on ANY?', 'S13', 'C24'],
    ['I tried: with ANY there no other server starts.', 'S13', 'C10'],
  ),
  ...under('铲铲队', ["One port on several addresses: is that not SO_REUSEPORT's work?", 'S20']),
  ...under('Geek_7f1111', [
    'A new server is bound during TIME_WAIT: is what the old peer sends answered with RST?',
    'S15',
  ]),
  ...under(
    'super-ck and 蓬蒿',
    ['Can the number of the new connection be below the old one? Are timestamps then looked at?', 'S17', 'C22'],
    ['The first number is certainly above the last one of the old connection.', 'C22'],
    ['Initial numbers, sequence numbers and timestamps all wrap.', 'S17', 'C13'],
    ['The initial number grows by one every 4 µs.', 'C22'],
    ['A fast connection may push its numbers far ahead: is the initial number of the next one then below?', 'C22'],
    ['With a NAT in front of the clients, timestamps do not tell late segments apart.', 'S21'],
  ),
  ...under(
    'awmthink',
    ['The client still waits for its keyboard when the server is stopped: the restart fails.', 'S16'],
    ['It has sent a line and exited: the restart works. Where is the TIME_WAIT?', 'S16', 'P1'],
    ['Did the client send something when it closed?', 'S16', 'P1'],
  ),
  ...under('chs', ['What is SO_REUSEPORT?', 'S18']),
];
