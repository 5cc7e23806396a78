import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UsageError } from '../../errors.js';
import { mayHoldUp } from './hold-up.js';
import { parsePkt } from './parse.js';
import { Player, type PktStage } from './play.js';
import type { Line } from './script.js';
import { lengthMs, obstaclesOf } from './support.js';
import { networkOf, type PktNetwork, type PktSettings } from './settings.js';

/** A script that has been read, and can be played. */
export interface LoadedPkt {
  /** The file without its folder and `.pkt`. */
  readonly name: string;
  /** Its first comment without its full stop, or its name where that is longer than a title or absent. */
  readonly title: string;
  /** Its first comment, where that is no title. */
  readonly about: string | undefined;
  /** Addresses, ports and tolerances it runs with. */
  readonly network: PktNetwork;
  /** How many lines of each kind it has. */
  readonly counts: Readonly<Record<Line['kind'], number>>;
  /** How long it takes by its own times. */
  readonly lengthMs: number;
  /** Whether a call of it may hold up the process that plays it. */
  readonly mayHoldUp: boolean;
  /** Plays its lines on a stage. */
  play(stage: PktStage): Promise<void>;
}

const mostTold = 10;
/** A title is one line. */
const longestTitle = 100;
/** More is no longer read beside a picture. */
const longestAbout = 1000;

function clipped(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/**
 * Reads a script of packetdrill, and says what of it cannot be played before anything is.
 *
 * @throws {UsageError} `ERR_ARGUMENT_INVALID` - it cannot be read; `ERR_NOT_SUPPORTED` - it asks for what cannot be had; with lines.
 */
export function loadPkt(path: string, file: string, settings: PktSettings = {}): LoadedPkt {
  const defined = new Map(Object.entries(settings.define ?? {}));
  const script = parsePkt(readFileSync(path, 'utf8'), file, defined, dirname(path));
  const obstacles = obstaclesOf(script, settings);
  if (obstacles.length > 0) {
    const told = obstacles
      .slice(0, mostTold)
      .map(({ place, reason }) => `${file}:${place.line}:${place.column}: ${reason}`);
    const more = obstacles.length > mostTold ? [`and ${obstacles.length - mostTold} more`] : [];
    throw new UsageError('ERR_NOT_SUPPORTED', [...told, ...more].join('\n'));
  }
  const network = networkOf(script, settings);
  const name = basename(path, '.pkt');
  const isTitle = script.about !== '' && script.about.length <= longestTitle;
  const title = isTitle ? script.about.replace(/\.$/, '') : name;
  const about = isTitle || script.about === '' ? undefined : clipped(script.about, longestAbout);
  const counts = { call: 0, segment: 0, udp: 0, icmp: 0, code: 0, shell: 0 };
  for (const { kind } of script.lines) counts[kind]++;
  return {
    name,
    title,
    about,
    network,
    counts,
    lengthMs: lengthMs(script),
    mayHoldUp: mayHoldUp(script),
    play: async (stage) => await new Player(stage, script, network).play(),
  };
}
