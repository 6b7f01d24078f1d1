/** Collects how loud a sound is as it goes on, in bounded memory however long that is. */
export interface Loudness {
  /** The next moment's, on any linear scale; moments are of the same length. */
  add(level: number): void;
  /** 0 to 1024 with the loudest moment at 1024, as MSC3245 has it; empty: there was none. */
  waveform(): readonly number[];
}

const LOUDEST = 1024;
/** MSC3245 wants at least 30 and about 100. */
const FEWEST_POINTS = 30;
const MOST_POINTS = 100;
/** Stretches are joined in pairs when there are so many: between half of it and all of it remain. */
const MOST_STRETCHES = MOST_POINTS * 4;

export function createLoudness(): Loudness {
  let stretches: number[] = [];
  let length = 1;
  let current = 0;
  let inCurrent = 0;
  return {
    add(level) {
      current = Math.max(current, level);
      inCurrent += 1;
      if (inCurrent < length) return;
      stretches.push(current);
      current = 0;
      inCurrent = 0;
      if (stretches.length < MOST_STRETCHES) return;
      stretches = resampled(stretches, MOST_STRETCHES / 2);
      length *= 2;
    },
    waveform() {
      const all = inCurrent === 0 ? stretches : [...stretches, current];
      if (all.length === 0) return [];
      const points = resampled(all, Math.max(FEWEST_POINTS, Math.min(MOST_POINTS, all.length)));
      const loudest = Math.max(...points);
      return points.map((level) => (loudest === 0 ? 0 : Math.round((level / loudest) * LOUDEST)));
    },
  };
}

/** The loudest of each stretch; of fewer values than wanted each stands for several. */
function resampled(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor((at * values.length) / count);
    const until = Math.max(from + 1, Math.floor(((at + 1) * values.length) / count));
    return Math.max(...values.slice(from, until));
  });
}
