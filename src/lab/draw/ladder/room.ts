/** How much room a picture gives to what stands in it. Lengths in pixels. */
export interface Room {
  /** Letters in a line of a call's text, and of one at a host in the middle; 0: a call is a dot. */
  readonly call: number;
  readonly middleCall: number;
  /** A host with more columns of states than these has narrow ones, whose names stand upright. */
  readonly named: number;
  /** Between two neighbours, with labels of segments between them; and without. */
  readonly leastGap: number;
  readonly emptyGap: number;
  readonly mostGap: number;
  /** The times stand at the left edge. */
  readonly times: boolean;
}

const usual: Room = {
  call: 41,
  middleCall: 27,
  named: 3,
  leastGap: 260,
  emptyGap: 260,
  mostGap: 520,
  times: true,
};

/** A page of 1280 pixels has room for such a picture with its borders, one of 2560 beside its list for two. */
export const mostWidth = 1070;

/** With texts of calls a picture may be so wide; one of 1280 pixels has room for it without a list. */
export const mostWithTexts = 1190;

const tight: Room = { ...usual, call: 24, middleCall: 22, mostGap: 420 };
const tighter: Room = { ...tight, call: 20, middleCall: 18, named: 0, leastGap: 180, mostGap: 380, emptyGap: 40 };

/** From wide to narrow: the first that keeps a picture below {@link mostWidth} is taken. */
export const rooms: readonly [Room, ...Room[]] = [
  usual,
  { ...usual, call: 34 },
  { ...usual, call: 28 },
  { ...usual, call: 24 },
  { ...usual, call: 24, mostGap: 460 },
  tight,
  // Narrow bands leave room, which the texts of calls take.
  { ...tight, named: 1, call: 34, middleCall: 27 },
  { ...tight, named: 1, call: 28 },
  { ...tight, named: 1 },
  { ...tighter, call: 27 },
  tighter,
  { ...tighter, call: 16, middleCall: 16, mostGap: 320 },
];

/** On paper, and on a screen of 2560 pixels beside the steps and a list, a picture may be so wide and still has letters that can be read. */
export const mostRoomy = 1700;

/** Of pictures that are wider whatever is done: the calls are dots. */
export const dotted: Room = { ...tighter, call: 0, middleCall: 0, mostGap: 320, emptyGap: 30 };

/** Hosts and arrows alone, for a screen of 390 pixels. */
export const phone: Room = { ...dotted, mostGap: 276, times: false };
