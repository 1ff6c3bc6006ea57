/** What ESLint found, and what the house style wants to be seen: warnings, long functions, reasons. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const PROJECT = /^(?:libs|services|deploy)\/[^/]+|^[^/]+/;

function reasonsOf(file, path) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      const reason = /eslint-disable[\w-]*\s+(.+?)(?:\s*\*\/)?$/.exec(line)?.[1];
      return reason === undefined || path.startsWith('.ci/')
        ? []
        : [`  ${path}:${index + 1} ${reason}`];
    });
}

export function lintReport(root, results) {
  const found = results.flatMap(({ filePath, messages }) =>
    messages.map((message) => ({ ...message, path: relative(root, filePath) })),
  );
  const errors = found.filter(({ severity }) => severity === 2);
  const warnings = found.filter(({ severity }) => severity === 1);
  const perProject = Object.entries(
    Object.groupBy(warnings, ({ path }) => PROJECT.exec(path)?.[0] ?? path),
  ).map(([project, list]) => `${project} ${list.length}`);
  const longest = warnings
    .filter(({ ruleId }) => ruleId === 'max-lines-per-function')
    .map(({ message, path, line }) => ({
      path: `${path}:${line}`,
      lines: Number(/\((\d+)\)/.exec(message)?.[1] ?? 0),
      name: /'([^']+)'/.exec(message)?.[1] ?? 'a function',
    }))
    .sort((one, other) => other.lines - one.lines)
    .slice(0, 10)
    .map(({ path, lines, name }) => `  ${lines} lines: ${name} (${path})`);
  const reasons = results.flatMap(({ filePath }) => reasonsOf(filePath, relative(root, filePath)));
  return {
    errors: errors.length,
    text: errors
      .map(({ path, line, ruleId, message }) => `  ${path}:${line} ${message} (${ruleId})`)
      .join('\n'),
    summary: [
      `warnings per project: ${perProject.join(', ') || 'none'}`,
      ...(longest.length > 0 ? ['longest functions:', ...longest] : []),
      ...(reasons.length > 0 ? [`suppressions, each with its reason (${reasons.length}):`] : []),
      ...reasons,
    ].join('\n'),
  };
}
