import { under } from './sentence.js';

/** "bind fails when the server is restarted". */
export const article000 = [
  ...under(
    'Introduction',
    ['A program that is closed and started again fails in bind; after some time it starts.', 'G1', 'C12'],
    ['The closed process has not released the port completely.', 'G6', 'S4'],
    ['netstat shows the port of the closed program in TIME_WAIT.', 'G2'],
  ),
  ...under(
    '1. The example',
    ['The echo server binds ANY:8080 without SO_REUSEADDR, listens, and echoes what it reads.', 'G1', 'G11'],
    ['It does not close what it has accepted, and writes 1,050 bytes for whatever it has read.', 'G11'],
    ['It is closed while telnet is connected; started again, it fails in bind.', 'G1', 'G11', 'G12'],
  ),
  ...under(
    '2. What is seen',
    ['Before a client comes the port has one row, LISTEN.', 'G2'],
    ['With a client there are two rows more, ESTABLISHED, one for each end.', 'G2'],
    [
      'After the server was closed the LISTEN row is gone, and ESTABLISHED has become TIME_WAIT, without a process.',
      'G2',
      'S4',
    ],
    ['That row stays for some time, and during that time bind fails.', 'G6', 'C12', 'P1'],
  ),
  ...under(
    '3. The capture',
    ['Three segments open the connection, then data goes both ways.', 'G3'],
    ['Port 8080 sends the first FIN; who closes first goes to TIME_WAIT.', 'G3', 'S5'],
    ['So port 8080 is not released, and the service cannot be restarted.', 'G1', 'G6'],
  ),
  ...under(
    '4. TIME_WAIT',
    [
      'The active closer acknowledges the FIN and waits long enough for the other end to have got that ACK.',
      'A8',
      'L3',
    ],
    ['By RFC 793 TIME_WAIT lasts at most four minutes, twice the MSL.', 'G4', 'A11'],
    ['send() only puts data into the send buffer; it may be long until it leaves.', 'R4', 'G5'],
    ['If close() ended the connection at once, that data would be lost.', 'R1', 'R4', 'L6'],
    ['So a socket with data to send goes into TIME_WAIT when it is closed.', 'G5'],
    ['There it waits until the data is sent, or until a timeout ends it by force.', 'G5', 'R3', 'S6'],
    ['TIME_WAIT is there to wait until the data in the buffer of the other end is sent.', 'G5', 'A8'],
  ),
  ...under(
    '5. The remedy',
    ['Without SO_REUSEADDR a socket in TIME_WAIT counts as bound to its address and port.', 'G6'],
    ['A bind to them fails until the socket is really closed.', 'G6', 'C12'],
    ['That may take as long as the configured linger time.', 'G10'],
    ['The address cannot be bound again right after the close, in most cases.', 'G1', 'L1', 'G11'],
    ['If the socket to be bound has SO_REUSEADDR, one in TIME_WAIT is ignored.', 'G7', 'C11'],
    ['It does not matter then that both have the very same address and port.', 'G7', 'C9'],
    [
      'Binding over a socket in TIME_WAIT may have side effects if that one is still at work; they are rare.',
      'L8',
      'L4',
      'S14',
      'S15',
    ],
    ['With the option the server starts; LISTEN, TIME_WAIT and a new ESTABLISHED stand side by side.', 'G8'],
    ['Kernel parameters can shorten TIME_WAIT.', 'G9', 'S11'],
  ),
];
