import type { Family } from '../address.js';
import { integer, knownKeys } from '../errors.js';
import { columnCount } from '../native/binding.js';
import { native } from '../native/load.js';
import {
  type BatchMessage,
  checkBatch,
  gather,
  MessageBatch,
  type Messages,
  readBatch,
  receivable,
  type ReceivedMessage,
  roomFor,
  sendable,
} from './batch.js';
import { flagBits } from './flags.js';
import { careful, type Endpoint, transferKeys, type TransferOptions, unlessBlocked } from './transfer.js';

/** How many messages recvmmsg(2) may take, and the memory for each. */
export interface BatchOptions extends TransferOptions {
  /** At most this many messages. */
  readonly count: number;
  /** Bytes for each; a longer one is cut and reported as `MSG_TRUNC`. Default 2048. */
  readonly size?: number | undefined;
  /** Bytes for the control messages of each, as for `recvmsg`. Default 0. */
  readonly controlSize?: number | undefined;
}

/** A message of a batch. */
export type BatchReceived<F extends Family = Family> = ReceivedMessage<F>;

/** Flags of a sendmmsg(2). */
export interface SendBatchOptions extends TransferOptions {
  /** The first message of a {@link MessageBatch} to send. Default 0. */
  readonly first?: number | undefined;
  /** How many. Default: all from `first` on. */
  readonly count?: number | undefined;
}

const recvmmsgKeys = ['count', 'size', 'controlSize', ...transferKeys] as const;
const sendBatchKeys = ['first', 'count', ...transferKeys] as const;

/** sendmmsg(2). */
export function sendmmsg(
  to: Endpoint,
  messages: readonly BatchMessage[] | MessageBatch,
  options: SendBatchOptions,
): number | undefined {
  const isBatch = messages instanceof MessageBatch;
  knownKeys(options, 'sendmmsg', isBatch ? sendBatchKeys : transferKeys);
  const { flags, first = 0, count } = options;
  const bits = flagBits(flags);
  if (!isBatch) {
    const gathered = gather(to.family, messages);
    return sendRows(to, gathered, 0, gathered.table.length / columnCount, bits);
  }
  integer(first, 'first', 0, messages.count - 1);
  const number = integer(count ?? messages.count - first, 'count', 1, messages.count - first);
  return sendRows(to, sendable(messages, first, number), first, number, bits);
}

function sendRows(
  to: Endpoint,
  { data, names, control, table }: Messages,
  first: number,
  count: number,
  bits: number,
): number | undefined {
  return unlessBlocked(native.sendmmsg(to.fd, data, names, control.bytes, table, first, count, bits), 'sendmmsg');
}

/** recvmmsg(2) into memory made for this call. */
export function recvmmsg<F extends Family>(from: Endpoint<F>, options: BatchOptions): BatchReceived<F>[] | undefined {
  knownKeys(options, 'recvmmsg', recvmmsgKeys);
  const { count, size = 2048, controlSize = 0, flags } = options;
  const bits = flagBits(flags);
  checkBatch(count, size, controlSize);
  const messages = roomFor(count, size, controlSize);
  const got = receiveRows(from, messages, { count, size, controlSize }, bits);
  return got === undefined ? undefined : (readBatch(messages, got) as BatchReceived<F>[]);
}

/** recvmmsg(2) into the memory of `batch`. */
export function fill(from: Endpoint, batch: MessageBatch, options: TransferOptions): number | undefined {
  knownKeys(options, 'recvmmsg', transferKeys);
  const { flags } = options;
  const bits = flagBits(flags);
  return receiveRows(from, receivable(batch), batch, bits);
}

function receiveRows(
  from: Endpoint,
  { data, names, control, table }: Messages,
  { count, size, controlSize }: { readonly count: number; readonly size: number; readonly controlSize: number },
  bits: number,
): number | undefined {
  const flags = careful(from.family, bits);
  const got = native.recvmmsg(from.fd, data, size, names, control.bytes, controlSize, table, count, flags);
  return unlessBlocked(got, 'recvmmsg');
}
