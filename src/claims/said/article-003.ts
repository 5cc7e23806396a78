import { under } from './sentence.js';

/** "The port is still in use after the TCP socket was closed". */
export const article003 = [
  ...under(
    'Introduction',
    ['A server that was closed and is started again says that the address is in use, errno 98.', 'A1', 'C1'],
    ['A handler of Ctrl+C shuts down and closes the listening socket; bind fails all the same.', 'A1'],
    ['netstat shows a connection of the port in TIME_WAIT.', 'A1', 'G2'],
  ),
  ...under(
    'Connect States',
    ['A TCP connection has eleven states.', 'A2'],
    ['FIN_WAIT_1 waits for the FIN of the peer, or the ACK of its own.', 'A3', 'A4'],
    ['FIN_WAIT_2 waits for the FIN of the peer.', 'A3', 'L2'],
    ['CLOSE_WAIT waits for the program to close.', 'G11', 'A3'],
    ['CLOSING waits for the ACK of its FIN.', 'A4'],
    ['LAST_ACK waits for the ACK of its FIN.', 'A3', 'A9'],
    ['TIME_WAIT waits long enough to be sure that the peer has got the ACK of its FIN.', 'A8', 'L3'],
    ['CLOSED is no connection at all.', 'A2'],
  ),
  ...under(
    'Transitions',
    ['A server that closes as soon as it has accepted goes to FIN_WAIT_1 directly.', 'A12'],
    ['Whoever closes an established connection goes to FIN_WAIT_1.', 'A3', 'A5', 'A6'],
    ['FIN_WAIT_1 that gets the ACK goes to FIN_WAIT_2.', 'A3'],
    ['CLOSE_WAIT comes with the FIN of the peer.', 'A3', 'A6'],
    ['FIN_WAIT_1 that gets a FIN goes to CLOSING.', 'A4'],
    ['CLOSE_WAIT that closes goes to LAST_ACK.', 'A3', 'A9'],
    ['Only FIN_WAIT goes to TIME_WAIT, when the FIN of the peer comes.', 'A3', 'A4'],
    ['Two ways: FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT, CLOSED, and CLOSE_WAIT, LAST_ACK, CLOSED.', 'A3'],
    ['Who closes first decides between them.', 'A5', 'A6', 'S5'],
  ),
  ...under(
    'MSL',
    ['The side that closes first ends in TIME_WAIT, and waits there for 2MSL.', 'A11', 'G3'],
    ['During that time bind of the server fails.', 'A5', 'G6'],
    ['RFC 793 takes the MSL to be two minutes, an engineering choice.', 'A11', 'G4'],
    [
      'After a crash TCP keeps quiet for one MSL, so that no old segment has a number of a new connection.',
      'L4',
      'A11',
    ],
    ['The last ACK may be lost; the peer in LAST_ACK sends its FIN again, and it is answered.', 'A8', 'L3'],
    ['ACK lost and FIN repeated take exactly twice the MSL.', 'A8', 'A11'],
    ['The side that closes last needs no 2MSL: its FIN is retransmitted.', 'A9'],
  ),
  ...under(
    'The tests',
    ['Server closes first: FIN_WAIT2 there, CLOSE_WAIT at the client.', 'A5'],
    ['Then the client closes: TIME_WAIT at the server, nothing at the client; the restart fails.', 'A5'],
    ['Client closes first: CLOSE_WAIT at the server, FIN_WAIT_2 at the client.', 'A6'],
    ['Then the server closes: nothing there, TIME_WAIT at the client.', 'A6'],
    ['The client connects again while its old connection is in TIME_WAIT.', 'A7', 'C21'],
    ['Restarting a client never fails, as it binds nothing.', 'A7', 'S8'],
  ),
  ...under(
    'Summary',
    ['The port is in use because the server closed first, and its connection is in TIME_WAIT.', 'A5', 'S5'],
    ['Set SO_REUSEADDR on the server.', 'A10', 'G7'],
    ['Or wait for 2MSL.', 'A10', 'S6'],
    ['Or let the client close first.', 'A10', 'L1'],
  ),
];
