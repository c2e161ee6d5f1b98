import type { ByteReader } from './byte-reader.js';
import { failUnknown } from './decode-error.js';
import { InstructionCursor } from './instruction-cursor.js';
import type { ByteRange, DataSegment, ElementSegment, SegmentMode } from './module.js';
import { readValueType, type ValueType } from './value-type.js';

/** Skips a constant expression and returns its range. */
export function readExpression(reader: ByteReader): ByteRange {
  const start = reader.offset;
  const cursor = new InstructionCursor(reader.bytes, start, reader.end);
  while (cursor.next());
  reader.offset = cursor.position;
  return { start, end: reader.offset };
}

/** Reads one element segment. */
export function readElementSegment(reader: ByteReader): ElementSegment {
  const start = reader.offset;
  const flags = reader.u32('element flags');
  if (flags > 7) {
    failUnknown(start, 'element segment', `flags ${flags}`);
  }
  const active = (flags & 1) === 0;
  const passiveMode: SegmentMode = (flags & 2) === 0 ? 'passive' : 'declarative';
  const table = active && (flags & 2) !== 0 ? reader.u32('table index') : 0;
  const position = active ? readExpression(reader) : undefined;
  const expressions = (flags & 4) !== 0;
  let element: ValueType = 'funcref';
  if ((flags & 3) !== 0) {
    const at = reader.offset;
    if (expressions) element = readValueType(reader);
    else if (reader.u8('element kind') !== 0) {
      failUnknown(at, 'element segment', 'kind');
    }
  }
  const count = reader.count('elements');
  const entriesStart = reader.offset;
  for (let index = 0; index < count; index += 1) {
    if (expressions) readExpression(reader);
    else reader.u32('function index');
  }
  const entries = { start: entriesStart, end: reader.offset };
  const mode = active ? 'active' : passiveMode;
  return { mode, table, position, element, count, entries, expressions, start, end: reader.offset };
}

/** Reads one data segment. */
export function readDataSegment(reader: ByteReader): DataSegment {
  const start = reader.offset;
  const flags = reader.u32('data flags');
  if (flags > 2) {
    failUnknown(start, 'data segment', `flags ${flags}`);
  }
  const memory = flags === 2 ? reader.u32('memory index') : 0;
  const position = flags === 1 ? undefined : readExpression(reader);
  const length = reader.count('data bytes');
  const bytes = { start: reader.offset, end: reader.offset + length };
  reader.offset = bytes.end;
  const mode = flags === 1 ? 'passive' : 'active';
  return { mode, memory, position, bytes, start, end: bytes.end };
}
