import { numberLiteral, textLiteral } from './literals.js';
import type { Check, Combination, Recipe, Side, Step } from './recipe.js';
import { codeOfStep, type Helper, HELPER_IMPORTS, HELPERS } from './step-code.js';

/** How a source is generated. */
export interface GenerateOptions {
  /** Logs the text after every step, for the builder's preview: `<check> <side> <step>`, a tab, the text as JSON. @default false */
  readonly isTraced?: boolean;
}

/**
 * Writes the AssemblyScript source of a metric, as a person would write it, to be read and edited manually from then on.
 *
 * Texts of the recipe enter the source only as literals, so none can become code.
 */
export function generateSource(recipe: Recipe, options: GenerateOptions = {}): string {
  return new SourceWriter(recipe, options.isTraced === true).write();
}

/** Name of the generated class: the same as `create-plugin` uses for a project of the same name. */
function className(name: string): string {
  const words = name.match(/[a-z0-9]+/gi) ?? [];
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return `${/^[a-z]/i.test(joined) ? '' : 'The'}${joined}Plugin`;
}

class SourceWriter {
  readonly #imports = new Set(['Evaluation', 'Evaluator', 'EvaluatorInput', 'plugin']);
  readonly #helpers = new Set<Helper>();
  /** Literals of the regular expressions: pattern and flags. */
  readonly #patterns: string[] = [];
  readonly #recipe: Recipe;
  readonly #isTraced: boolean;

  constructor(recipe: Recipe, isTraced: boolean) {
    this.#recipe = recipe;
    this.#isTraced = isTraced;
    if (isTraced) this.#need('showStep');
  }

  write(): string {
    const { checks } = this.#recipe;
    const functions: string[] = [];
    for (const [index, check] of checks.entries()) {
      functions.push(this.#sideFunction(check.left, index, 'left'));
      if (check.comparison === 'found') continue;
      functions.push(this.#sideFunction(check.right, index, 'right'));
    }
    const body = this.#evaluateBody();
    const patterns = this.#patterns.map(
      (_, index) => `let pattern${index + 1}: Regex = new Regex("");`,
    );
    if (patterns.length > 0) {
      patterns.unshift(
        '// Compiled in start(), so that a wrong one keeps the plugin from loading.',
      );
    }
    const helpers = [...this.#helpers].map((name) => HELPERS[name]);
    const parts = [
      this.#importLine(),
      patterns.join('\n'),
      this.#pluginClass(body),
      ...functions,
      ...helpers,
    ];
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
  }

  #importLine(): string {
    const names = [...this.#imports].toSorted((a, b) =>
      a.toLowerCase() < b.toLowerCase() ? -1 : 1,
    );
    const line = `import { ${names.join(', ')} } from "@testbench/plugins-sdk";`;
    if (line.length <= 110) return line;
    return `import {\n${names.map((name) => `  ${name},\n`).join('')}} from "@testbench/plugins-sdk";`;
  }

  #pluginClass(body: string): string {
    const { name, description } = this.#recipe;
    const declared = [`name: ${textLiteral(name)}`];
    if (description !== '') declared.push(`description: ${textLiteral(description)}`);
    const reads = readFields(this.#recipe);
    if (reads !== undefined) declared.push(`reads: ${JSON.stringify(reads).replaceAll(',', ', ')}`);
    const start = this.#patterns.map(
      (literals, index) => `    pattern${index + 1} = new Regex(${literals});`,
    );
    return [
      `@plugin({ ${declared.join(', ')} })`,
      `export class ${className(name)} extends Evaluator {`,
      ...(start.length === 0 ? [] : ['  start(): void {', ...start, '  }', '']),
      '  evaluate(input: EvaluatorInput): Evaluation {',
      body,
      '  }',
      '}',
    ].join('\n');
  }

  #evaluateBody(): string {
    const { checks, combination, threshold } = this.#recipe;
    const lines = checks.flatMap((check, index) => this.#checkLines(check, index + 1));
    const scores = checks.map((_, index) => `score${index + 1}`);
    lines.push(`let score: f64 = ${combine(scores, checks, combination)};`);
    if (threshold !== undefined) {
      lines.push(`score = score >= ${numberLiteral(threshold, 0, 1)} ? 1 : 0;`);
    }
    const metrics =
      checks.length < 2
        ? ''
        : scores.map((score, index) => `.metric("check_${index + 1}", ${score})`).join('');
    lines.push(
      `return new Evaluation(score)${metrics}.explain(${checks.length > 0 ? 'left1' : '""'});`,
    );
    return lines.map((line) => `    ${line}`).join('\n');
  }

  #checkLines(check: Check, number: number): string[] {
    const left = `left${number}`;
    const score = `score${number}`;
    const lines = [`const ${left} = leftOf${number}(${originCode(check.left)});`];
    if (check.comparison === 'found') {
      return [...lines, `let ${score}: f64 = ${left}.length > 0 ? 1 : 0;`, ...negate(check, score)];
    }
    if (check.right.origin !== 'expected') {
      const right = `rightOf${number}(${originCode(check.right)})`;
      return [
        ...lines,
        `let ${score}: f64 = ${this.#comparisonCode(check, left, right)};`,
        ...negate(check, score),
      ];
    }
    const right = `rightOf${number}(references${number}[index])`;
    return [
      ...lines,
      `let ${score}: f64 = 0;`,
      '// There may be several right answers, of which any will do.',
      `const references${number} = input.references;`,
      `for (let index = 0; index < references${number}.length; index++) {`,
      `  ${score} = max(${score}, ${this.#comparisonCode(check, left, right)});`,
      '}',
      ...negate(check, score),
    ];
  }

  #comparisonCode(check: Check, left: string, right: string): string {
    const yesOrNo = (helper: Helper, more = ''): string => {
      this.#need(helper);
      return `${helper}(${left}, ${right}${more}) ? 1.0 : 0.0`;
    };
    switch (check.comparison) {
      case 'contains':
        return yesOrNo('areContained');
      case 'number':
        return yesOrNo('areNear', `, ${numberLiteral(check.tolerance, 0, 1)}`);
      case 'similar':
        this.#need('similarity');
        return `similarity(${left}, ${right})`;
      default:
        return yesOrNo('areEqual');
    }
  }

  #sideFunction(side: Side, index: number, name: 'left' | 'right'): string {
    const body: string[] = [];
    const trace = (place: number): void => {
      if (this.#isTraced) body.push(`  showStep("${index} ${name} ${place}", text);`);
    };
    trace(-1);
    for (const [place, step] of side.steps.entries()) {
      body.push(`  text = ${this.#stepExpression(step)};`);
      trace(place);
    }
    return [
      `/** ${name === 'left' ? 'What is judged' : 'What it is compared with'} in check ${index + 1}. */`,
      `function ${name}Of${index + 1}(text: string): string {`,
      ...body,
      '  return text;',
      '}',
    ].join('\n');
  }

  #stepExpression(step: Step): string {
    const variable = `pattern${this.#patterns.length + 1}`;
    const { expression, helper, imports = [], pattern } = codeOfStep(step, variable);
    if (helper !== undefined) this.#need(helper);
    for (const each of imports) this.#imports.add(each);
    if (pattern !== undefined) {
      this.#patterns.push(`${textLiteral(pattern.source)}, "${pattern.flags}"`);
    }
    return expression;
  }

  #need(helper: Helper): void {
    this.#helpers.add(helper);
    for (const name of HELPER_IMPORTS[helper]) this.#imports.add(name);
  }
}

function originCode({ origin, value }: Side): string {
  switch (origin) {
    case 'output':
      return 'input.output';
    case 'expected':
      return 'input.expected';
    case 'input':
      return 'input.input';
    case 'field':
      return `input.field(${textLiteral(value)}).text()`;
    default:
      return textLiteral(value);
  }
}

function negate(check: Check, score: string): string[] {
  return check.isNegated ? [`${score} = 1 - ${score};`] : [];
}

function combine(
  scores: readonly string[],
  checks: readonly Check[],
  combination: Combination,
): string {
  const [first = '0'] = scores;
  if (scores.length < 2) return first;
  if (combination !== 'mean') {
    const name = combination === 'all' ? 'min' : 'max';
    return scores.slice(1).reduce((all, score) => `${name}(${all}, ${score})`, first);
  }
  const weights = checks.map(({ weight }) => numberLiteral(weight, 0, 1000));
  const total = weights.reduce((sum, weight) => sum + Number(weight), 0);
  // If all weights are zero, all checks weigh the same.
  if (total === 0) return `(${scores.join(' + ')}) / ${numberLiteral(scores.length, 1, 1000)}`;
  const sum = scores.map((score, index) => `${score} * ${weights[index]}`).join(' + ');
  return `min<f64>(1, (${sum}) / ${numberLiteral(total, 0, 1_000_000)})`;
}

/** Fields that the plugin reads; undefined if it reads fields of the record. */
function readFields({ checks }: Recipe): readonly string[] | undefined {
  const origins = new Set(
    checks.flatMap(({ left, right, comparison }) =>
      comparison === 'found' ? [left.origin] : [left.origin, right.origin],
    ),
  );
  if (origins.has('field')) return undefined;
  return ['output', 'expected', 'input'].filter(
    (name) => name === 'output' || origins.has(name as never),
  );
}
