import type { Endpoint } from '../../record/segment.js';
import type { TraceSegment } from '../../record/trace.js';
import { endpointText } from '../text/event-text.js';

/** Window scale of either direction, where both ends offered it: RFC 7323 section 2.2. */
export class Scales {
  readonly #offered = new Map<string, number>();

  constructor(segments: readonly TraceSegment[]) {
    for (const { flags, source, destination, options } of segments) {
      if (!flags.includes('SYN')) continue;
      const key = Scales.#key(source, destination);
      if (options.windowScale === undefined) this.#offered.delete(key);
      else this.#offered.set(key, options.windowScale);
    }
  }

  static #key(source: Endpoint, destination: Endpoint): string {
    return `${endpointText(source)} ${endpointText(destination)}`;
  }

  of({ source, destination, flags }: TraceSegment): number | undefined {
    const own = this.#offered.get(Scales.#key(source, destination));
    const isBoth = this.#offered.has(Scales.#key(destination, source));
    return flags.includes('SYN') || !isBoth ? undefined : own;
  }
}
