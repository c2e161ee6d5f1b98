// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and section ids are numbers where they come from: bytes and typed arrays
import { decodeModule } from './decode-module.js';
import { exportSummary, importSummary } from './extern-summary.js';
import { FeatureUses } from './feature-uses.js';
import { BodyInspector } from './inspect-body.js';
import { InstructionCursor } from './instruction-cursor.js';
import { instructionFeatures } from './instruction-features.js';
import { type ByteRange, type Module, SECTION_NAMES, SectionId } from './module.js';
import type { ModuleSummary } from './module-summary.js';
import { Peaks } from './peaks.js';

/**
 * Reads everything needed for a decision about a module, in one pass.
 *
 * The module need not be valid, only well-formed down to its instructions.
 *
 * @param bytes The whole module; read in place.
 * @throws {DecodeError} If the bytes, function bodies included, are not well-formed; or `DECODE_MISMATCH` if an index
 *   points beyond its index space and the summary needs the item.
 *
 * @example
 * ```ts
 * import { inspectModule } from '@testbench/wasm';
 *
 * const module = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 2); // (memory 2)
 * inspectModule(module).memories[0]?.type.minimum; // => 2
 * inspectModule(module).memories[0]?.type.maximum; // => undefined
 * ```
 */
export function inspectModule(bytes: Uint8Array): ModuleSummary {
  return new Inspection(decodeModule(bytes)).summary();
}

class Inspection {
  readonly #features = new FeatureUses();
  readonly #peaks = new Peaks();
  readonly #cursor: InstructionCursor;
  #constantInstructions = 0;
  readonly #module: Module;

  constructor(module: Module) {
    this.#module = module;
    this.#cursor = new InstructionCursor(module.bytes, 0, 0);
  }

  summary(): ModuleSummary {
    const module = this.#module;
    const features = this.#features;
    const peaks = this.#peaks;
    this.#inspectTypes();
    this.#inspectDeclarations();
    for (const segment of module.elements) {
      peaks.raise('elements', segment.count, segment.start);
      if (segment.mode !== 'active') features.note('bulk-memory', segment.start);
      if (segment.expressions || segment.table > 0) features.note('reference-types', segment.start);
      this.#inspectExpression(segment.position);
      if (segment.expressions) this.#inspectEntries(segment.entries, segment.count);
    }
    for (const segment of module.data) {
      peaks.raise('dataBytes', segment.bytes.end - segment.bytes.start, segment.start);
      if (segment.mode === 'passive') features.note('bulk-memory', segment.start);
      this.#inspectExpression(segment.position);
    }
    const bodies = new BodyInspector(module, features, peaks);
    module.bodies.forEach((_, index) => bodies.inspect(index));
    const customs = module.sections.filter((section) => section.id === SectionId.Custom);
    return {
      byteLength: module.bytes.length,
      sections: module.sections.map(({ id, start, end }) => ({
        name: SECTION_NAMES[id]!,
        offset: start,
        size: end - start,
      })),
      customSections: customs.map(({ name, contentStart, end }) => ({
        name: name!,
        offset: contentStart,
        size: end - contentStart,
      })),
      imports: module.imports.map((item) => importSummary(module, item)),
      exports: module.exports.map((item) => exportSummary(module, item)),
      memories: module.memories,
      tables: module.tables,
      globals: module.globals,
      start: module.start,
      features: features.sorted(),
      counts: {
        types: module.types.length,
        imports: module.imports.length,
        importedFunctions: module.importedFunctions,
        functions: module.bodies.length,
        tables: module.tables.length,
        memories: module.memories.length,
        tags: module.tags.length,
        globals: module.globals.length,
        exports: module.exports.length,
        elementSegments: module.elements.length,
        elements: module.elements.reduce((sum, segment) => sum + segment.count, 0),
        dataSegments: module.data.length,
        dataBytes: module.data.reduce((sum, { bytes }) => sum + bytes.end - bytes.start, 0),
        customSections: customs.length,
        instructions: bodies.instructions,
        constantInstructions: this.#constantInstructions,
        branchTableLabels: bodies.branchTableLabels,
        localsTimesBranches: bodies.localsTimesBranches,
        compileUs: Math.ceil(bodies.compileUs),
      },
      peaks: peaks.measures,
    };
  }

  #inspectTypes(): void {
    const module = this.#module;
    const features = this.#features;
    const peaks = this.#peaks;
    for (const type of module.types) {
      const { offset } = type;
      if (type.kind === 'function') {
        peaks.raise('params', type.params.length, offset);
        peaks.raise('results', type.results.length, offset);
        if (type.results.length > 1) features.note('multi-value', offset);
        for (const value of [...type.params, ...type.results]) features.noteType(value, offset);
      } else {
        features.note('gc', offset);
      }
      if (type.recursive || !type.final || type.supertypes.length > 0) features.note('gc', offset);
    }
  }

  #inspectDeclarations(): void {
    const module = this.#module;
    const features = this.#features;
    for (const { type, imported, offset } of module.globals) {
      if (type.mutable && imported) features.note('mutable-globals', offset);
      features.noteType(type.type, offset);
    }
    for (const { kind, index, offset } of module.exports) {
      if (kind === 'global' && module.globals[index]?.type.mutable === true) {
        features.note('mutable-globals', offset);
      }
    }
    module.tables.forEach(({ type, offset, initial }, index) => {
      if (index > 0 || type.element !== 'funcref') features.note('reference-types', offset);
      if (type.address64) features.note('memory64', offset);
      if (initial !== undefined) features.note('function-references', offset);
      features.noteType(type.element, offset);
      this.#inspectExpression(initial);
    });
    module.memories.forEach(({ type, offset }, index) => {
      if (index > 0) features.note('multi-memory', offset);
      if (type.address64) features.note('memory64', offset);
      if (type.shared) features.note('threads', offset);
      if (type.pageSizeLog2 !== 16) features.note('custom-page-sizes', offset);
    });
    for (const { offset } of module.tags) features.note('exceptions', offset);
    for (const { initial } of module.globals) this.#inspectExpression(initial);
  }

  #inspectEntries(range: ByteRange, count: number): void {
    let { start } = range;
    for (let index = 0; index < count; index += 1) {
      start = this.#inspectExpression({ start, end: range.end });
    }
  }

  /** Returns the offset just after the expression. */
  #inspectExpression(range: ByteRange | undefined): number {
    if (range === undefined) return 0;
    const cursor = this.#cursor.reset(range.start, range.end);
    while (cursor.next()) {
      this.#constantInstructions += 1;
      this.#features.noteMask(instructionFeatures(cursor), cursor.offset);
      const { opcode } = cursor;
      // i32 and i64 add, sub, mul.
      if ((opcode >= 0x6a && opcode <= 0x6c) || (opcode >= 0x7c && opcode <= 0x7e)) {
        this.#features.note('extended-const', cursor.offset);
      }
    }
    return cursor.position;
  }
}
