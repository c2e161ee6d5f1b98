import { LiteralKind, NodeKind, Token } from '@testbench/compiler/ast';

import { locate } from './locate.js';

/**
 * Computes an expression that consists only of literals, as a decorator's argument must.
 *
 * @returns {unknown} The JSON value.
 * @throws {Error} With file and line, if it is anything else.
 */
export function evaluateLiteral(node) {
  if (node.kind === NodeKind.Literal) {
    switch (node.literalKind) {
      case LiteralKind.String:
        return node.value;
      case LiteralKind.Integer:
        return Number(
          BigInt.asIntN(64, (BigInt(node.value.high) << 32n) | BigInt(node.value.low >>> 0)),
        );
      case LiteralKind.Float:
        return node.value;
      case LiteralKind.Array:
        return node.elementExpressions.map(evaluateLiteral);
      case LiteralKind.Object:
        return Object.fromEntries(
          node.names.map((name, index) => [name.text, evaluateLiteral(node.values[index])]),
        );
      case LiteralKind.Template:
        if (node.parts.length === 1) return node.parts[0];
    }
  }
  if (node.kind === NodeKind.True) return true;
  if (node.kind === NodeKind.False) return false;
  if (node.kind === NodeKind.Null) return null;
  if (node.kind === NodeKind.UnaryPrefix && node.operator === Token.Minus) {
    return -Number(evaluateLiteral(node.operand));
  }
  if (node.kind === NodeKind.Binary && node.operator === Token.Plus) {
    const left = evaluateLiteral(node.left);
    const right = evaluateLiteral(node.right);
    if (typeof left === 'string' && typeof right === 'string') return left + right;
  }
  throw new Error(
    `Cannot build ${locate(node.range)}: a decorator's argument must be written out in literals`,
  );
}
