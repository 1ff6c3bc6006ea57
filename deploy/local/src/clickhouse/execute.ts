import type { Answer, Engine, Scope } from './engine.ts';
import { FacadeFault } from './fault.ts';
import { assertReadOnly } from './read-only.ts';
import type { FacadeRequest } from './request.ts';
import { readStatement } from './statement.ts';

export interface Executed extends Answer {
  readonly format: string;
}

const NOTHING: Answer = {
  body: new Uint8Array(),
  readRows: 0,
  readBytes: 0,
  writtenRows: 0,
  writtenBytes: 0,
};

/** As on a server, the text is the address's query and then the body; data comes last. */
export async function execute(
  engine: Engine,
  request: FacadeRequest,
  readOnly: { readonly tableFunctions: ReadonlySet<string> } | undefined,
): Promise<Executed> {
  const { queryText, body, defaultFormat } = request;
  const isQueryInAddress = queryText.trim() !== '';
  const text = isQueryInAddress ? queryText : body.toString('utf8');
  if (text.trim() === '') {
    throw new FacadeFault(62, 'SYNTAX_ERROR', 'Empty query');
  }
  const statement = readStatement(text);
  if (readOnly !== undefined) {
    assertReadOnly(statement, readOnly.tableFunctions);
  }
  const scope: Scope = { ...request.scope, isReadOnly: readOnly !== undefined };
  const format = statement.format ?? defaultFormat;
  if (statement.dataAt !== undefined) {
    const inline = text.slice(statement.dataAt).replace(/^[ \t]*;?[ \t]*\r?\n?/, '');
    const data = isQueryInAddress
      ? Buffer.concat([Buffer.from(inline), body])
      : Buffer.from(inline);
    if (data.length === 0) {
      return { ...NOTHING, format };
    }
    if (statement.rawInsert !== undefined) {
      return { ...(await engine.insert(scope, statement.rawInsert, data)), format };
    }
    const whole = `${text.slice(0, statement.dataAt)}\n${data.toString('utf8')}`;
    return { ...(await engine.query(scope, whole, format)), format };
  }
  const whole = isQueryInAddress && body.length > 0 ? `${text}\n${body.toString('utf8')}` : text;
  if (whole !== text && statement.verb !== 'INSERT') {
    // The second part may bring a second statement along.
    readStatement(whole);
  }
  return { ...(await engine.query(scope, whole, defaultFormat)), format };
}
