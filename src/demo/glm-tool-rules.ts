import { badParameter, illegal, isRecord, type GlmViolation } from './violation.ts';

/** Types of tools on GLM's wire; `mcp` only on bigmodel.cn (docs of spring 2026). */
const toolTypes = ['function', 'web_search', 'retrieval', 'mcp'];
const functionFields = ['name', 'description', 'parameters'];
const maxTools = 128;
const maxDepth = 8;

/** What GLM refuses in `tools` and `tool_choice`. */
export function toolViolations(request: Record<string, unknown>): GlmViolation[] {
  const { tools, tool_choice: choice } = request;
  const found: GlmViolation[] = [];
  // probed 2026-09-09: "required" and named functions are refused
  if (choice !== undefined && choice !== 'auto') found.push(badParameter('tool_choice must be auto'));
  if (tools === undefined) return found;
  if (!Array.isArray(tools) || tools.length === 0) return [...found, illegal('tools must be a list of at least one')];
  if (tools.length > maxTools) found.push(illegal(`tools: at most ${maxTools} are allowed, got ${tools.length}`));
  const names = new Set<string>();
  for (const [index, tool] of (tools as unknown[]).entries()) {
    const at = `tools[${index}]`;
    if (!isRecord(tool) || !toolTypes.includes(String(tool['type']))) {
      found.push(illegal(`${at}.type must be one of ${toolTypes.join(', ')}`));
    } else if (tool['type'] === 'function') {
      found.push(...functionViolations(tool['function'], at));
      const name = isRecord(tool['function']) ? String(tool['function']['name']) : '';
      if (names.has(name)) found.push(illegal(`${at}: the name ${name} is used twice`));
      names.add(name);
    }
  }
  return found;
}

function functionViolations(declared: unknown, at: string): GlmViolation[] {
  if (!isRecord(declared)) return [illegal(`${at}.function is missing`)];
  const found: GlmViolation[] = [];
  const { name, description, parameters } = declared;
  if (typeof name !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    found.push(illegal(`${at}.function.name must match ^[A-Za-z0-9_-]{1,64}$`));
  }
  if (typeof description !== 'string' || description === '')
    found.push(illegal(`${at}.function.description is missing`));
  for (const field of Object.keys(declared)) {
    if (!functionFields.includes(field)) found.push(illegal(`${at}.function has no field "${field}"`));
  }
  if (isRecord(parameters) && parameters['type'] === 'object') {
    const problem = schemaProblem(parameters, 0);
    // not a refusal but a crash of the endpoint (claude-code-router issue 1474, 2026-07)
    if (problem !== undefined) {
      const message = `Network error, error id: 0, please contact customer service (${at} ${String(name)}: ${problem})`;
      found.push({ status: 500, code: '1234', message });
    }
  } else {
    found.push(illegal(`${at}.function.parameters must be a schema of type object`));
  }
  return found;
}

/** `depth`: how many schemas stand around this one. */
function schemaProblem(schema: unknown, depth: number): string | undefined {
  if (!isRecord(schema)) return undefined;
  if (depth > maxDepth) return `nested deeper than ${maxDepth}`;
  for (const keyword of ['$ref', '$defs', 'definitions', 'anyOf', 'oneOf', 'allOf']) {
    if (keyword in schema) return `${keyword} in the schema`;
  }
  const properties = isRecord(schema['properties']) ? Object.values(schema['properties']) : [];
  for (const inner of [...properties, schema['items'], schema['additionalProperties']]) {
    const problem = schemaProblem(inner, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
