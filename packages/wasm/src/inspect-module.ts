// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and section ids are numbers where they come from: bytes and typed arrays
import { decodeModule } from './decode-module.js';
import { type Feature, FEATURES, featureBit } from './features.js';
import { Immediate, Opcode } from './opcodes.js';
import { InstructionCursor } from './instruction-cursor.js';
import { OperandStack } from './operand-stack.js';
import { DecodeError } from './decode-error.js';
import {
  type ByteRange,
  type ExternKind,
  type Module,
  SECTION_NAMES,
  SectionId,
} from './module.js';
import type { ExternSummary, ModuleSummary } from './module-summary.js';
import type { FunctionType } from './type-section.js';

/**
 * Reads everything that a decision about a module needs, in one pass.
 *
 * The module need not be valid, only well-formed down to its instructions.
 *
 * @param bytes The whole module; read in place.
 * @throws {DecodeError} If the bytes, function bodies included, are not well-formed; or `DECODE_MISMATCH` if an index
 *   points beyond its index space where the summary needs what it points to.
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
  private seen = 0;
  private readonly features = new Map<Feature, number>();
  private readonly peaks = {
    params: { value: 0, offset: 0 },
    results: { value: 0, offset: 0 },
    locals: { value: 0, offset: 0 },
    bodyBytes: { value: 0, offset: 0 },
    nesting: { value: 0, offset: 0 },
    branches: { value: 0, offset: 0 },
    localsTimesBranches: { value: 0, offset: 0 },
    operands: { value: 0, offset: 0 },
    branchTableLabels: { value: 0, offset: 0 },
    elements: { value: 0, offset: 0 },
    dataBytes: { value: 0, offset: 0 },
  };
  private instructions = 0;
  private branchTableLabels = 0;
  private localsTimesBranches = 0;
  private readonly stack: OperandStack;
  private readonly cursor: InstructionCursor;

  constructor(private readonly module: Module) {
    this.cursor = new InstructionCursor(module.bytes, 0, 0);
    this.stack = new OperandStack(module);
  }

  summary(): ModuleSummary {
    const { module, features, peaks } = this;
    this.inspectTypes();
    this.inspectDeclarations();
    for (const segment of module.elements) {
      this.raise('elements', segment.count, segment.start);
      if (segment.mode !== 'active') this.use('bulk-memory', segment.start);
      if (segment.expressions || segment.table > 0) this.use('reference-types', segment.start);
      this.inspectExpression(segment.position);
      if (segment.expressions) this.inspectEntries(segment.entries, segment.count);
    }
    for (const segment of module.data) {
      this.raise('dataBytes', segment.bytes.end - segment.bytes.start, segment.start);
      if (segment.mode === 'passive') this.use('bulk-memory', segment.start);
      this.inspectExpression(segment.position);
    }
    module.bodies.forEach((_, index) => this.inspectBody(index));
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
      imports: module.imports.map(({ module: from, name, type, offset }) => {
        if (type.kind === 'table')
          return { module: from, name, offset, kind: 'table', type: type.table };
        if (type.kind === 'memory') {
          return { module: from, name, offset, kind: 'memory', type: type.memory };
        }
        if (type.kind === 'global') {
          return { module: from, name, offset, kind: 'global', type: type.global };
        }
        return {
          module: from,
          name,
          offset,
          kind: type.kind,
          type: this.functionType(type.type, offset),
        };
      }),
      exports: module.exports.map(({ name, kind, index, offset }) =>
        this.exportSummary(name, kind, index, offset),
      ),
      memories: module.memories,
      tables: module.tables,
      globals: module.globals,
      start: module.start,
      features: new Map(
        [...features].sort(([a], [b]) => FEATURES.indexOf(a) - FEATURES.indexOf(b)),
      ),
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
        instructions: this.instructions,
        branchTableLabels: this.branchTableLabels,
        localsTimesBranches: this.localsTimesBranches,
      },
      peaks,
    };
  }

  private inspectTypes(): void {
    for (const type of this.module.types) {
      const { offset } = type;
      if (type.kind === 'function') {
        this.raise('params', type.params.length, offset);
        this.raise('results', type.results.length, offset);
        if (type.results.length > 1) this.use('multi-value', offset);
        for (const value of [...type.params, ...type.results]) this.useType(value, offset);
      } else {
        this.use('gc', offset);
      }
      if (type.recursive || !type.final || type.supertypes.length > 0) this.use('gc', offset);
    }
  }

  private inspectDeclarations(): void {
    const { module } = this;
    for (const { type, imported, offset } of module.globals) {
      if (type.mutable && imported) this.use('mutable-globals', offset);
      this.useType(type.type, offset);
    }
    for (const { kind, index, offset } of module.exports) {
      if (kind === 'global' && module.globals[index]?.type.mutable === true) {
        this.use('mutable-globals', offset);
      }
    }
    module.tables.forEach(({ type, offset, initial }, index) => {
      if (index > 0 || type.element !== 'funcref') this.use('reference-types', offset);
      if (type.address64) this.use('memory64', offset);
      if (initial !== undefined) this.use('function-references', offset);
      this.useType(type.element, offset);
      this.inspectExpression(initial);
    });
    module.memories.forEach(({ type, offset }, index) => {
      if (index > 0) this.use('multi-memory', offset);
      if (type.address64) this.use('memory64', offset);
      if (type.shared) this.use('threads', offset);
      if (type.pageSizeLog2 !== 16) this.use('custom-page-sizes', offset);
    });
    for (const { offset } of module.tags) this.use('exceptions', offset);
    for (const { initial } of module.globals) this.inspectExpression(initial);
  }

  private inspectBody(index: number): void {
    const { module, cursor } = this;
    const body = module.bodies[index]!;
    const { start, end } = body;
    const type = module.types[module.functions[module.importedFunctions + index]!];
    const locals = body.locals + (type?.kind === 'function' ? type.params.length : 0);
    let branches = 0;
    let copies = 0;
    let operands = 0;
    const { stack } = this;
    stack.reset();
    let nesting = 1;
    let mask = this.seen;
    let instructions = 0;
    cursor.reset(body.code, end);
    while (cursor.next()) {
      instructions += 1;
      if ((cursor.features & ~mask) !== 0) {
        this.useMask(cursor.features, cursor.offset);
        mask = this.seen;
      }
      const { opcode } = cursor;
      const before = branches;
      if (opcode < 0x20) {
        if (
          cursor.immediate === Immediate.Block ||
          opcode === Opcode.BrIf ||
          opcode === Opcode.Br
        ) {
          branches += 1;
          if (cursor.depth > nesting) nesting = cursor.depth;
        } else if (opcode === Opcode.BrTable) {
          branches += cursor.index + 1;
          this.branchTableLabels += cursor.index + 1;
          this.raise('branchTableLabels', cursor.index + 1, cursor.offset);
        } else if (opcode === Opcode.TryTable) {
          branches += cursor.index + 1;
          if (cursor.depth > nesting) nesting = cursor.depth;
        } else if (opcode === Opcode.CallIndirect && cursor.second > 0) {
          this.use('reference-types', cursor.offset);
        }
      }
      // Before and after: a branch copies what lies there then, and a call gives more than it takes.
      const { height } = stack;
      stack.step(cursor);
      const most = Math.max(height, stack.height);
      if (most > operands) operands = most;
      if (branches > before) copies += (branches - before) * (locals + most);
      else if (spills(opcode)) copies += (locals + most) / CALLS_PER_COPY;
    }
    if (cursor.position !== end) {
      throw new DecodeError(
        'DECODE_MISMATCH',
        cursor.position,
        `Cannot read function body: ${end - cursor.position} bytes are left over`,
      );
    }
    this.instructions += instructions;
    this.raise('locals', locals, start);
    this.raise('bodyBytes', end - start, start);
    this.raise('nesting', nesting, start);
    this.raise('branches', branches, start);
    this.raise('operands', operands, start);
    copies = Math.ceil(copies);
    this.localsTimesBranches += copies;
    this.raise('localsTimesBranches', copies, start);
  }

  private inspectEntries(range: ByteRange, count: number): void {
    let { start } = range;
    for (let index = 0; index < count; index += 1) {
      start = this.inspectExpression({ start, end: range.end });
    }
  }

  /** Returns the offset just after the expression. */
  private inspectExpression(range: ByteRange | undefined): number {
    if (range === undefined) return 0;
    const cursor = this.cursor.reset(range.start, range.end);
    while (cursor.next()) {
      this.useMask(cursor.features, cursor.offset);
      const { opcode } = cursor;
      // i32 and i64 add, sub, mul.
      if ((opcode >= 0x6a && opcode <= 0x6c) || (opcode >= 0x7c && opcode <= 0x7e)) {
        this.use('extended-const', cursor.offset);
      }
    }
    return cursor.position;
  }

  private exportSummary(
    name: string,
    kind: ExternKind,
    index: number,
    offset: number,
  ): ExternSummary {
    const { module } = this;
    switch (kind) {
      case 'function':
        return { name, offset, kind, type: this.functionType(module.functions[index], offset) };
      case 'tag':
        return { name, offset, kind, type: this.functionType(module.tags[index]?.type, offset) };
      case 'table':
        return { name, offset, kind, type: found(module.tables[index], offset).type };
      case 'memory':
        return { name, offset, kind, type: found(module.memories[index], offset).type };
      default:
        return { name, offset, kind, type: found(module.globals[index], offset).type };
    }
  }

  private functionType(index: number | undefined, offset: number): FunctionType {
    const type = index === undefined ? undefined : this.module.types[index];
    const { params, results } = found(type?.kind === 'function' ? type : undefined, offset);
    return { params, results };
  }

  private raise(measure: keyof Inspection['peaks'], value: number, offset: number): void {
    if (value > this.peaks[measure].value) this.peaks[measure] = { value, offset };
  }

  private use(feature: Feature, offset: number): void {
    this.useMask(featureBit(feature), offset);
  }

  private useMask(mask: number, offset: number): void {
    const fresh = mask & ~this.seen;
    if (fresh === 0) return;
    this.seen |= mask;
    FEATURES.forEach((feature, bit) => {
      if ((fresh & (1 << bit)) !== 0) this.features.set(feature, offset);
    });
  }

  private useType(type: string, offset: number): void {
    if (type === 'v128') this.use('simd', offset);
    else if (type === 'funcref' || type === 'externref') this.use('reference-types', offset);
    else if (type === 'exnref' || type === 'nullexnref') this.use('exceptions', offset);
    else if (type.startsWith('(ref')) {
      this.use(
        /\d/.test(type) || /(func|extern)\)$/.test(type) ? 'function-references' : 'gc',
        offset,
      );
      if (type.includes('exact')) this.use('custom-descriptors', offset);
    } else if (type.endsWith('ref')) this.use('gc', offset);
  }
}

/** Calls that cost an engine as much as one branch: at a call it describes the stack, at a branch it copies it. */
const CALLS_PER_COPY = 10;

/** True for calls, and for operators that an engine does by calling something of its own. */
function spills(opcode: number): boolean {
  if (opcode >= 0x100) return opcode >= Opcode.MemoryInit && opcode <= Opcode.TableFill;
  return (
    opcode === Opcode.Call ||
    opcode === Opcode.CallIndirect ||
    opcode === Opcode.CallRef ||
    opcode === Opcode.MemoryGrow ||
    opcode === Opcode.RefFunc ||
    // table.get and table.set
    opcode === 0x25 ||
    opcode === 0x26
  );
}

function found<Item>(item: Item | undefined, offset: number): Item {
  if (item === undefined) {
    throw new DecodeError('DECODE_MISMATCH', offset, 'Cannot read type: index is out of range');
  }
  return item;
}
