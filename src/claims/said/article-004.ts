import { under } from './sentence.js';

/** "When Linux releases the port of a TCP connection that has ended". */
export const article004 = [
  ...under(
    'Introduction',
    ['The client closes first, then the server: the port of the server can be used at once.', 'L1'],
    ['The server closes while the client does not: the port is in TIME_WAIT for one to four minutes.', 'L2'],
  ),
  ...under(
    'Why TIME_WAIT',
    ['TCP delivers all data in every case.', 'R4', 'R1', 'R2', 'R9'],
    ['The active closer goes to TIME_WAIT, the passive one to CLOSED.', 'A5', 'A6', 'G3'],
    ['A close is a handshake of four segments.', 'L10'],
    ['close() says that this side sends nothing more.', 'R7', 'A3'],
    ['After the handshake both sides could be CLOSED, were it not for two problems.', 'L3', 'L4'],
    ['Nothing guarantees that the last ACK arrives.', 'A8', 'L3'],
    ['Segments of the old connection may still be in the network.', 'L4', 'S21'],
    ['If the last ACK is lost the FIN is sent again, so the state must be kept to answer it.', 'A8'],
    ['Without it the answer is RST, and the peer sees an error.', 'L3'],
    ['None of the four segments may be missing.', 'L10', 'P1'],
    ['Without TIME_WAIT a new connection of the same addresses and ports may get data of the old one.', 'L4'],
    ['So TCP lets no connection be made of a socket in TIME_WAIT.', 'L11', 'C13'],
    ['Twice the MSL, since a segment and the answer to it may each wander about for one.', 'A11', 'L4'],
    ['After twice the MSL TIME_WAIT becomes CLOSED.', 'A11', 'G4', 'C12'],
    ['So a connection that is made finds no old data in the network.', 'L4', 'S21'],
  ),
  ...under(
    'SO_LINGER',
    ['SO_LINGER keeps a socket out of TIME_WAIT: it sends RST instead of the four segments.', 'L5', 'R1'],
    ['That is not a good idea: TIME_WAIT is there to help.', 'L6', 'L3'],
  ),
  ...under(
    'Questions and answers',
    ['A Unix server that is restarted sometimes says "bind: address in use".', 'G1', 'G11'],
    ['A server should always set SO_REUSEADDR before bind; TIME_WAIT cannot be avoided.', 'G7', 'L5', 'P1'],
    ['Tried on Linux: with SO_REUSEADDR on its socket the server starts again.', 'G7', 'G8'],
    ['Busy, but in TIME_WAIT: the port can be used again.', 'L7', 'C19'],
    ['Busy in another state: an error, address already in use.', 'L7', 'C19'],
    ['It helps a server that is to be restarted at once on the same port.', 'G8', 'A10'],
    ['Data that nobody expects may then confuse the new server; that is unlikely.', 'L8', 'S15'],
    ['A socket is known by its five-tuple, and the option lets only the local part be reused.', 'L9'],
    ['The five-tuple stays unique.', 'L9', 'S9'],
    ['So the new server may get data it does not expect: use the option with care.', 'L8', 'L4'],
  ),
];
