import { expect, test } from 'vitest';
import { expectResult } from '../../../src/lab/network/lab-socket.js';

test('data that nobody could read are said as JSON says them, and others as they are', async () => {
  await expect(expectResult('recv', 'ok', () => 'a\0b')).rejects.toThrow('recv: expected ok, got "a\\u0000b"');
  await expect(expectResult('recv', 'ok', () => 'a "b"')).rejects.toThrow('recv: expected ok, got a "b"');
});
