import type { Trace } from '../../record/trace.js';
import type { RunWords } from '../run-words.js';
import { across } from './across.js';
import { type Layout, layoutOf } from './layout.js';
import { mostRoomy, rooms } from './room.js';

/** Of a picture whose calls are dots for want of room: the same with their texts, unless that is too wide for paper too. */
export function roomyLayout(trace: Trace, { dots, rows }: Layout, words: RunWords): Layout | undefined {
  if (dots.length === 0) return undefined;
  const room = rooms.find((each) => across(trace, rows, words, each).width <= mostRoomy);
  return room && layoutOf(trace, words, room, rows);
}
