import type { Http2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import { streamHandle } from '../handles/node-internals.js';
import { Socket } from '../socket/socket.js';

/** GOAWAY (RFC 9113 section 6.8) on stream 0: no last stream yet (2^31-1), NO_ERROR. */
const shutdownNotice = Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
/** What http.Server allows an idle connection by default. */
const idleMs = 5000;

function close(session: Http2Session): void {
  if (!session.closed && !session.destroyed) session.close();
}

/** The handle of a session without TLS: what is written to its descriptor is what the client reads. */
function plainHandle(session: Http2Session): { readonly fd: number } | undefined {
  if (session.encrypted) return undefined;
  const handle = streamHandle(session.socket);
  // Bytes of a frame may stand in the queue of libuv: nothing may come between them.
  if (!handle || handle.fd === undefined || handle.fd < 0 || handle.writeQueueSize !== 0) return undefined;
  return { fd: handle.fd };
}

/**
 * Sends the notice past nghttp2: after a GOAWAY of session.goaway() nghttp2 ignores the HEADERS of every new stream, whatever last
 * stream it named (session_allow_incoming_new_stream()), and nghttp2_submit_shutdown_notice() is not reachable from JavaScript.
 * Each write of Node ends with a frame, so that this one is between two.
 */
function sendNotice(session: Http2Session): boolean {
  const handle = plainHandle(session);
  if (handle === undefined) return false;
  const socket = Socket.adopt(handle.fd);
  try {
    const sent = socket.trySend(shutdownNotice);
    // A part of a frame: nothing that follows can be understood.
    if (sent !== undefined && sent < shutdownNotice.length) session.destroy();
    return sent === shutdownNotice.length;
  } catch {
    // It has been reset: the session hears of it by itself.
    return false;
  } finally {
    socket.detach();
  }
}

/**
 * GOAWAY while the client waits for an answer: one that sends a request after the other has none on its way then. An idle session is
 * given the time of an idle HTTP/1 connection.
 */
function closeAtNextStream(session: Http2Session, streams: ReadonlySet<Duplex>): void {
  if (streams.size > 0) return close(session);
  const late = setTimeout(() => close(session), idleMs);
  session.once('stream', () => close(session));
  session.once('close', () => clearTimeout(late));
}

/**
 * Ends a session of a server without losing a request, RFC 9113 section 6.8. Without TLS: a first GOAWAY that names no last stream, so
 * that the client opens no more; a round trip, which a PING measures and after which all have come; GOAWAY with the last one.
 * Under TLS only the second can be sent, so its moment is chosen. A client that has several requests at once under way may then
 * have one refused; it is told by the last stream that this one was not processed.
 */
export function goAway(session: Http2Session, streams: ReadonlySet<Duplex>): void {
  if (session.closed || session.destroyed) return;
  if (!sendNotice(session)) closeAtNextStream(session, streams);
  else if (!session.destroyed && !session.ping(() => close(session))) closeAtNextStream(session, streams);
}
