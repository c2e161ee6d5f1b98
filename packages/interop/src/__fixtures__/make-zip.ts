import { crc32, deflateRawSync, zstdCompressSync } from 'node:zlib';

/** An entry of an archive; all but its name and text may be wrong on purpose. */
export interface MadeEntry {
  readonly name: string;
  readonly text: string;
  readonly method?: 0 | 8 | 93 | 12;
  readonly bytes?: number;
  readonly flags?: number;
  readonly crc?: number;
  /** Sizes and offset are in the ZIP64 extension. */
  readonly isLarge?: boolean;
}

/** Makes a ZIP archive. */
export function makeZip(entries: readonly MadeEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { name, text, method = 8, flags = 0, isLarge = false } = entry;
    const plain = Buffer.from(text);
    const packed = pack(plain, method);
    const bytes = entry.bytes ?? plain.length;
    const crc = entry.crc ?? crc32(plain);
    const nameBytes = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(nameBytes.length, 26);
    parts.push(local, nameBytes, packed);
    const extra = isLarge ? Buffer.alloc(28) : Buffer.alloc(0);
    if (isLarge) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      extra.writeBigUInt64LE(BigInt(bytes), 4);
      extra.writeBigUInt64LE(BigInt(packed.length), 12);
      extra.writeBigUInt64LE(BigInt(offset), 20);
    }
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(crc, 16);
    central.writeUInt32LE(isLarge ? 0xffff_ffff : packed.length, 20);
    central.writeUInt32LE(isLarge ? 0xffff_ffff : bytes, 24);
    central.writeUInt16LE(nameBytes.length, 28);
    central.writeUInt16LE(extra.length, 30);
    central.writeUInt32LE(isLarge ? 0xffff_ffff : offset, 42);
    directory.push(central, nameBytes, extra);
    offset += local.length + nameBytes.length + packed.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listed, end]);
}

function pack(plain: Buffer, method: NonNullable<MadeEntry['method']>): Buffer {
  if (method === 8) return deflateRawSync(plain);
  // Several frames, as inspect_ai writes them.
  if (method === 93) {
    const half = plain.length >> 1;
    return Buffer.concat([
      zstdCompressSync(plain.subarray(0, half)),
      zstdCompressSync(plain.subarray(half)),
    ]);
  }
  return plain;
}
