/**
 * The parts of the AssemblyScript compiler that a transform needs: its base class and the kinds of nodes and tokens.
 *
 * @packageDocumentation
 */
import * as assemblyscript from 'assemblyscript';
import * as compiler from 'assemblyscript/transform';

/** Members of one of the compiler's enumerations by name. */
export type CompilerEnum = Readonly<Record<string, number>>;

// They are declared as constants that a compiler inlines, but exist at run time.
const enums = assemblyscript as unknown as Readonly<
  Record<'LiteralKind' | 'NodeKind' | 'SourceKind' | 'Token', CompilerEnum>
>;

/** Kinds of literals. */
export const LiteralKind: CompilerEnum = enums.LiteralKind;
/** Kinds of nodes of the syntax tree. */
export const NodeKind: CompilerEnum = enums.NodeKind;
/** Kinds of source files. */
export const SourceKind: CompilerEnum = enums.SourceKind;
/** Kinds of tokens. */
export const Token: CompilerEnum = enums.Token;

/** The context that the compiler provides to transforms. */
export interface TransformContext {
  readonly baseDir: string;
  /** Contents of a file as the compiler reads it; null if there is none. */
  readonly readFile: (name: string, baseDir: string) => string | null | Promise<string | null>;
}

/**
 * The class that transforms extend. The compiler sets the fields of its context before it calls `afterParse(parser)`,
 * `afterInitialize(program)` and `afterCompile(module)`; a transform implements the ones that it needs.
 */
export const Transform = compiler.Transform as unknown as new () => TransformContext;
