import { columns, unitsOf } from '../text/columns.js';
import { rectangle, type Shape, turned } from './geometry.js';

export type Tone = 'plain' | 'soft' | 'strong' | 'good' | 'bad' | 'syn' | 'fin' | 'rst' | 'data' | 'icmp';

export interface Part {
  readonly text: string;
  readonly tone: Tone;
}

export type LabelKind = 'host' | 'time' | 'call' | 'packet' | 'state' | 'mark' | 'error' | 'gap' | 'fold' | 'note';

/** A line of text. */
export interface Label {
  readonly kind: LabelKind;
  readonly parts: readonly Part[];
  /** Where its baseline begins, has its middle or ends. */
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly size: number;
  readonly degrees?: number;
  /** What was cut off from the text, or more than it says. */
  readonly title?: string;
}

/** Of the widest of the usual monospaced fonts (SF Mono 0.618, DejaVu Sans Mono and Menlo 0.602, Consolas 0.55). */
const advance = 0.62;
/** Of DejaVu Sans Mono, the tallest of them. */
const ascent = 0.93;
const descent = 0.24;

/** A last line of so few columns is not left alone. */
const shortest = 3;

export function textWidth(text: string, size: number): number {
  return columns(text) * size * advance;
}

export function textOf({ parts }: Pick<Label, 'parts'>): string {
  return parts.map(({ text }) => text).join('');
}

export function boxOf(label: Label): Shape {
  const { x, y, anchor, size, degrees = 0 } = label;
  const width = textWidth(textOf(label), size);
  const left = x - width * { start: 0, middle: 0.5, end: 1 }[anchor];
  return turned(rectangle(left, y - size * ascent, width, size * (ascent + descent)), { x, y }, degrees);
}

/** As much of the text as so many columns hold, at least one letter. */
function beginning(text: string, most: number): string {
  let begin = '';
  for (const char of text) {
    if (begin !== '' && columns(begin + char) > most) break;
    begin += char;
  }
  return begin;
}

export function clipped(text: string, most: number): string {
  return columns(text) <= most ? text : `${beginning(text, most - 1)}…`;
}

/** The same of whole words: half a number would be another one. */
export function clippedWords(text: string, most: number): string {
  if (columns(text) <= most) return text;
  const end = beginning(text, most - 1).lastIndexOf(' ');
  return end <= 0 ? clipped(text, most) : `${text.slice(0, end)} …`;
}

/** Marks behind which a long word may be broken, the better ones first. Only one in the second half of the line counts. */
const breaks = [/[,;:/(){}=.](?![)}\],]*$)/g, /_/g];

/** Breaks a word that is longer than a line: behind a mark of punctuation, else behind a `_`, else where the line ends. */
function pieces(word: string, most: number): string[] {
  if (columns(word) <= most) return [word];
  const head = beginning(word, most);
  const places = breaks.map(
    (mark) => [...word.matchAll(mark)].findLast(({ index }) => index < head.length)?.index ?? -1,
  );
  const end = (places.find((at) => at >= most / 2) ?? head.length - 1) + 1;
  return [word.slice(0, end), ...pieces(word.slice(end), most)];
}

/** A word of the line before goes with a last line that is as short as `ok`. */
function withoutWidow(lines: readonly (readonly Part[])[], most: number): (readonly Part[])[] {
  const [before, last] = lines.slice(-2);
  const end = before?.at(-1);
  if (before === undefined || last === undefined || end === undefined) return [...lines];
  const at = end.text.lastIndexOf(' ');
  const word = end.text.slice(at + 1);
  const wide = columns(textOf({ parts: last }));
  const rests = end.text.slice(0, Math.max(0, at));
  if ((rests === '' && before.length < 2) || wide > shortest || wide + 1 + columns(word) > most) return [...lines];
  const [first, ...rest] = last;
  const moved = [
    { text: word, tone: end.tone },
    { text: ` ${first?.text ?? ''}`, tone: first?.tone ?? end.tone },
    ...rest,
  ];
  const left = [...before.slice(0, -1), ...(rests === '' ? [] : [{ text: rests, tone: end.tone }])];
  return [...lines.slice(0, -2), left, moved];
}

/** The text in lines of at most so many columns. */
export function wrapped(parts: readonly Part[], most: number): (readonly Part[])[] {
  const lines: Part[][] = [[]];
  let room = most;
  for (const { text, tone } of parts) {
    for (const word of text.split(/[ \t\r\n]+/).filter((one) => one !== '')) {
      const all = unitsOf(word).flatMap((unit) => pieces(unit, most));
      for (const [index, piece] of all.entries()) {
        const line = lines.at(-1) ?? [];
        const space = line.length === 0 || index > 0 ? '' : ' ';
        const size = columns(piece);
        if (line.length > 0 && size + space.length > room) {
          lines.push([{ text: piece, tone }]);
          room = most - size;
          continue;
        }
        const last = line.at(-1);
        if (last?.tone === tone) line[line.length - 1] = { text: `${last.text}${space}${piece}`, tone };
        else line.push({ text: `${space}${piece}`, tone });
        room -= size + space.length;
      }
    }
  }
  return withoutWidow(
    lines.filter((line) => line.length > 0),
    most,
  );
}
