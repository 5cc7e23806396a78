import type { Trace } from '../../record/trace.js';
import { columns } from '../text/columns.js';
import { type Ink, TextLine, wrapText } from './text-line.js';

/** Room for a state beside a host's line: `~ESTABLISHED` and a space. */
const stateRoom = 13;
/** With less between two lines a state stands there too, as calls do. */
const roomyGap = 30;
/** With less between two lines no arrow is drawn, but each packet written out. */
const narrowGap = 10;

/** Text that belongs to a host. */
export interface Note {
  readonly host: string;
  readonly text: string;
  readonly ink: Ink;
}

/** A packet in words. */
export interface ArrowText {
  /** Names of hosts. */
  readonly from: string;
  readonly to: string;
  /** From all there is to say to what must be said: the first that leaves room for the arrow is taken, else the last. */
  readonly texts: readonly [string, ...string[]];
  readonly ink: Ink;
  readonly lost: boolean;
}

/** The vertical lines of the hosts, and what is written at them. Columns count from 0. */
export class Rails {
  readonly width: number;
  /** Where the hosts begin, behind the times. */
  readonly start: number;
  readonly #hosts: Trace['hosts'];
  readonly #outside: boolean;
  readonly #gap: number;
  readonly #at = new Map<string, number>();

  constructor(hosts: Trace['hosts'], start: number, width: number) {
    this.start = start;
    this.width = width;
    this.#hosts = hosts;
    const room = width - start - 1;
    this.#outside = hosts.length === 2 && room - 2 * stateRoom > roomyGap;
    const margin = this.#outside ? stateRoom : 0;
    const step = (room - 2 * margin) / Math.max(1, hosts.length - 1);
    this.#gap = Math.floor(step) - 1;
    if (this.#gap < narrowGap) return;
    for (const [index, { name }] of hosts.entries()) this.#at.set(name, start + margin + Math.floor(index * step));
  }

  /** Whether the states of the host stand outside of its line. */
  isOutside(host: string): boolean {
    return this.#outside && this.#at.has(host);
  }

  line(rail = '|'): TextLine {
    const line = new TextLine();
    for (const x of this.#at.values()) line.put(x, rail, 'soft');
    return line;
  }

  /** Names and addresses on top. */
  heads(): TextLine[] {
    const most = Math.max(1, this.#hosts.length < 2 ? this.width - this.start : Math.floor(this.#gap * 0.6));
    const lines: TextLine[] = [];
    for (const { name, address, scripted } of this.#hosts) {
      const x = this.#at.get(name);
      if (x === undefined) continue;
      const names = wrapText(name, most);
      for (const [index, text] of [
        ...names,
        ...wrapText(address, most),
        ...wrapText(scripted ? 'scripted' : '', most),
      ].entries()) {
        const ink = index < names.length ? 'strong' : 'soft';
        const line = lines[index] ?? new TextLine();
        lines[index] = line;
        const left = x - Math.floor(columns(text) / 2);
        line.put(Math.max(this.start, Math.min(left, this.width - columns(text))), text, ink);
      }
    }
    return lines;
  }

  /** Beside the line of its host: to the right of it, at the last one to the left. */
  note(note: Note): TextLine[] {
    const x = this.#at.get(note.host);
    if (x === undefined) return this.#full(note.host === '' ? note.text : `${note.host}: ${note.text}`, note.ink);
    const last = this.#at.size > 1 && note.host === this.#hosts.at(-1)?.name;
    // Not all of a wide gap, so that the side it stands at can be seen.
    const room = this.#gap - (this.#gap < roomyGap ? 2 : 5);
    const most = this.#at.size > 1 ? room : this.width - x - 3;
    const texts = wrapText(note.text, most);
    const left = last ? x - 1 - Math.max(...texts.map(columns)) : x + 2;
    return texts.map((text) => this.#written(left, text, note.ink));
  }

  /** States outside of the lines of their hosts, one below the other, from the first of these lines on. */
  beside(notes: readonly Note[], lines: TextLine[]): void {
    const used = new Map<string, number>();
    for (const { host, text, ink } of notes) {
      const x = this.#at.get(host) ?? this.start;
      const left = host === this.#hosts[0]?.name;
      for (const part of wrapText(text, stateRoom - 1)) {
        const index = used.get(host) ?? 0;
        used.set(host, index + 1);
        const line = lines[index] ?? this.line();
        lines[index] = line;
        line.put(left ? x - 1 - columns(part) : x + 2, part, ink);
      }
    }
  }

  /** In the middle of all hosts; the lines are interrupted where time was. */
  across(text: string, ink: Ink, rail = '|'): TextLine[] {
    const xs = [...this.#at.values()];
    const from = (xs.length > 1 ? xs[0] : undefined) ?? this.start;
    const to = (xs.length > 1 ? xs.at(-1) : undefined) ?? this.width;
    return wrapText(text, to - from - 3).map((part) => {
      const line = this.line(rail);
      line.put(centred(from + 1, to, ` ${part} `), ` ${part} `, ink);
      return line;
    });
  }

  /** A bar from edge to edge. */
  bar(text: string, ink: Ink): TextLine[] {
    const room = this.width - this.start;
    const texts = wrapText(text, room - 6);
    return (texts.length === 0 ? [''] : texts).map((part) => {
      const line = new TextLine();
      line.put(this.start, '='.repeat(room), 'soft');
      const shown = part === '' ? '' : ` ${part} `;
      line.put(centred(this.start, this.width, shown), shown, ink);
      return line;
    });
  }

  /** The words stand on the arrow, which shows the direction, if they can. */
  arrow({ from, to, texts, ink, lost }: ArrowText): TextLine[] {
    const begin = this.#at.get(from);
    const end = this.#at.get(to);
    if (begin === undefined || end === undefined || begin === end) {
      return this.#full(`${from} ${lost ? '--X' : '-->'} ${to}: ${texts[0]}`, ink);
    }
    const right = begin < end;
    const gap = Math.abs(end - begin) - 1;
    const fits = (what: string): boolean => columns(what) + 6 <= gap;
    const text = texts.find(fits) ?? texts.at(-1) ?? texts[0];
    const whole = fits(text);
    // A lost one ends on the way, but behind its text.
    const length = lost ? Math.max(Math.ceil((gap * 3) / 4), whole ? columns(text) + 6 : 0) : gap;
    const left = right ? begin + 1 : begin - length;
    const line = this.line();
    line.put(left, '-'.repeat(length), ink);
    line.put(right ? left + length - 1 : left, lost ? 'X' : right ? '>' : '<', ink);
    if (whole) {
      line.put(centred(left, left + length, ` ${text} `), ` ${text} `, ink);
      return [line];
    }
    const low = Math.min(begin, end);
    const above = wrapText(text, gap - 2).map((part) =>
      this.#written(centred(low + 1, low + 1 + gap, part), part, ink),
    );
    return [...above, line];
  }

  #written(at: number, text: string, ink: Ink): TextLine {
    const line = this.line();
    line.put(at, text, ink);
    return line;
  }

  /** Where there is no line to stand at. */
  #full(text: string, ink: Ink): TextLine[] {
    return wrapText(text, this.width - this.start).map((part) => {
      const line = new TextLine();
      line.put(this.start, part, ink);
      return line;
    });
  }
}

function centred(from: number, to: number, text: string): number {
  return from + Math.floor((to - from - columns(text)) / 2);
}
