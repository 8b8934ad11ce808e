/**
 * A seeded source of random numbers: the same seed gives the same numbers on every machine and backend.
 * Generator: sfc32 (Doty-Humphrey, PractRand), seeded through MurmurHash3's finaliser.
 */
export class Random {
  #state: Uint32Array;
  readonly seed: string;

  /** @param seed Any number or text; texts that differ give independent streams. */
  constructor(seed: number | string) {
    this.seed = String(seed);
    this.#state = hash(this.seed);
    for (let i = 0; i < 15; i++) this.#next();
  }

  /** An independent source, fixed by this one's seed and a label, whatever was drawn before. */
  fork(label: number | string): Random {
    return new Random(`${this.seed}/${label}`);
  }

  /** One that will give the same numbers as this one from here on. */
  copy(): Random {
    const copy = new Random(this.seed);
    copy.#state = this.#state.slice();
    return copy;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.#next() / 2 ** 32;
  }

  /** Standard normal, by Box and Muller's polar method. */
  normal(): number {
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  }

  #next(): number {
    const s = this.#state as unknown as [number, number, number, number];
    const t = (s[0] + s[1] + s[3]) >>> 0;
    s[3] = s[3] + 1;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = s[2] + (s[2] << 3);
    s[2] = ((s[2] << 21) | (s[2] >>> 11)) + t;
    return t;
  }
}

function hash(text: string): Uint32Array {
  const state = new Uint32Array([0x9e3779b9, 0x243f6a88, 0xb7e15162, 1]);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    for (let j = 0; j < 3; j++) {
      let h = Math.imul(state[j]! ^ code, 0x85ebca6b + 2 * j);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      state[j] = h ^ (h >>> 16) ^ (state[(j + 1) % 3]! << 5);
    }
  }
  return state;
}
