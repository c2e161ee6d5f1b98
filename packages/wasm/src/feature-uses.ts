import { type Feature, featureBit, FEATURES } from './features.js';

/** The features that a module uses, each with the offset of its first use. */
export class FeatureUses {
  /** Bits of the features recorded so far, as from `featureBit`. */
  seen = 0;
  readonly #offsets = new Map<Feature, number>();

  /** In the order of `FEATURES`. */
  sorted(): ReadonlyMap<Feature, number> {
    const order = ([one]: [Feature, number], [other]: [Feature, number]): number =>
      FEATURES.indexOf(one) - FEATURES.indexOf(other);
    return new Map([...this.#offsets].sort(order));
  }

  note(feature: Feature, offset: number): void {
    this.noteMask(featureBit(feature), offset);
  }

  noteMask(mask: number, offset: number): void {
    const fresh = mask & ~this.seen;
    if (fresh === 0) return;
    this.seen |= mask;
    FEATURES.forEach((feature, bit) => {
      if ((fresh & (1 << bit)) !== 0) this.#offsets.set(feature, offset);
    });
  }

  /** Records the features that a value type needs, judged by its spelling. */
  noteType(type: string, offset: number): void {
    if (type === 'v128') this.note('simd', offset);
    else if (type === 'funcref' || type === 'externref') this.note('reference-types', offset);
    else if (type === 'exnref' || type === 'nullexnref') this.note('exceptions', offset);
    else if (type.startsWith('(ref')) {
      this.note(
        /\d/.test(type) || /(func|extern)\)$/.test(type) ? 'function-references' : 'gc',
        offset,
      );
      if (type.includes('exact')) this.note('custom-descriptors', offset);
    } else if (type.endsWith('ref')) this.note('gc', offset);
  }
}
