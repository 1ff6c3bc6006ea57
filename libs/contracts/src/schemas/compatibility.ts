/*
 * Whether a schema may follow another within one major version: what was written by the older one must
 * be read by the newer one, and nothing that readers have relied on may go. Told of JSON Schemas as our
 * own are made; of a keyword that is not known here nothing is allowed to change.
 *
 * Writers write what their schema names and nothing beside it, so a name that is new has no past.
 */
type Schema = Readonly<Record<string, unknown>>;

/** A bound that may go down and one that may go up. */
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
/** May be given up, not changed: which of two patterns takes more nobody can tell. */
const EXACT = ['pattern', 'format', 'contentEncoding', 'multipleOf'];
const STRUCTURE = [
  ...['type', 'const', 'enum', 'anyOf', 'oneOf', 'default', 'properties', 'required'],
  ...['additionalProperties', 'propertyNames', 'items'],
];
const WORDS = ['$schema', '$id', 'title', 'description', 'examples', 'deprecated'];
const KNOWN = new Set([...LOWER, ...UPPER, ...EXACT, ...STRUCTURE, ...WORDS]);

/**
 * Why the newer of two JSON Schemas is not backward compatible, each reason behind the place it speaks of
 * (`$.data.lines[]: …`); empty where it is.
 */
export function breaksBetween(older: unknown, newer: unknown): string[] {
  return compare(schemaOf(older), schemaOf(newer), '$');
}

/**
 * Every version against all before it, since records of each of them are still there. `versions` are
 * the schemas in their order, the first one first.
 */
export function breaksOfHistory(versions: readonly unknown[]): string[] {
  return versions.flatMap((newer, index) =>
    versions
      .slice(0, index)
      .flatMap((older, before) =>
        breaksBetween(older, newer).map((reason) => `${index + 1} after ${before + 1}: ${reason}`),
      ),
  );
}

function compare(older: Schema, newer: Schema, at: string): string[] {
  if (isSame(older, newer)) {
    return [];
  }
  return [
    ...defaultBreaks(older, newer, at),
    ...(isUnion(older) || isUnion(newer)
      ? unionBreaks(older, newer, at)
      : [
          ...typeBreaks(older, newer, at),
          ...valueBreaks(older, newer, at),
          ...boundBreaks(older, newer, at),
          ...objectBreaks(older, newer, at),
          ...partBreaks(older, newer, at),
          ...unknownBreaks(older, newer, at),
        ]),
  ];
}

const isUnion = (schema: Schema): boolean => 'anyOf' in schema || 'oneOf' in schema;

/** Each form that the older one allows must be allowed by one of the newer. */
function unionBreaks(older: Schema, newer: Schema, at: string): string[] {
  const [before, after] = [formsOf(older), formsOf(newer)];
  if (before === undefined || after === undefined) {
    return [`${at}: nobody can tell whether its forms still fit`];
  }
  return before.flatMap((form) => {
    const [nearest] = after
      .map((candidate) => compare(form, candidate, at))
      .sort((one, other) => one.length - other.length);
    return nearest ?? [`${at}: a form is gone`];
  });
}

/** Undefined where more is said beside the forms, or a value might have two where it may have one. */
function formsOf(schema: Schema): Schema[] | undefined {
  const { anyOf, oneOf, ...rest } = schema;
  if (anyOf === undefined && oneOf === undefined) {
    const { default: _default, ...plain } = schema;
    return [plain];
  }
  const isAlone = Object.keys(rest).every((key) => key === 'default' || WORDS.includes(key));
  const forms = listOf(anyOf ?? oneOf).map(schemaOf);
  const isClear = anyOf === undefined ? areExclusive(forms) : oneOf === undefined;
  return isAlone && isClear ? forms : undefined;
}

/** One required property has another constant in each of them. */
function areExclusive(forms: readonly Schema[]): boolean {
  const [first] = forms;
  return listOf(first?.['required']).some((name) => {
    const constants = forms.map((form) =>
      listOf(form['required']).includes(name)
        ? schemaOf(schemaOf(form['properties'])[String(name)])['const']
        : undefined,
    );
    return !constants.includes(undefined) && new Set(constants).size === forms.length;
  });
}

function defaultBreaks(older: Schema, newer: Schema, at: string): string[] {
  return !('default' in older) || isSame(older['default'], newer['default'])
    ? []
    : [`${at}: its default has changed`];
}

function typeBreaks(older: Schema, newer: Schema, at: string): string[] {
  const [before, after] = [typesOf(older), typesOf(newer)];
  const isTaken = (type: unknown) =>
    after.includes(type) || (type === 'integer' && after.includes('number'));
  return after.length === 0 || (before.length > 0 && before.every(isTaken))
    ? []
    : [`${at}: its type has changed`];
}

const typesOf = ({ type }: Schema): readonly unknown[] =>
  type === undefined ? [] : Array.isArray(type) ? listOf(type) : [type];

function valueBreaks(older: Schema, newer: Schema, at: string): string[] {
  const [before, after] = [valuesOf(older), valuesOf(newer)];
  return after === undefined ||
    before?.every((value) => after.some((taken) => isSame(value, taken))) === true
    ? []
    : [`${at}: its values are narrower`];
}

function valuesOf(schema: Schema): readonly unknown[] | undefined {
  return 'const' in schema
    ? [schema['const']]
    : 'enum' in schema
      ? listOf(schema['enum'])
      : undefined;
}

function boundBreaks(older: Schema, newer: Schema, at: string): string[] {
  const isNarrower = (name: string, holds: (before: number, after: number) => boolean) => {
    const [before, after] = [older[name], newer[name]];
    return (
      after !== undefined &&
      !(typeof before === 'number' && typeof after === 'number' && holds(before, after))
    );
  };
  return [
    ...LOWER.filter((name) => isNarrower(name, (before, after) => before >= after)),
    ...UPPER.filter((name) => isNarrower(name, (before, after) => before <= after)),
    ...EXACT.filter((name) => newer[name] !== undefined && newer[name] !== older[name]),
  ].map((name) => `${at}: its ${name} is narrower or another`);
}

function objectBreaks(older: Schema, newer: Schema, at: string): string[] {
  const [before, after] = [schemaOf(older['properties']), schemaOf(newer['properties'])];
  const [needed, needs] = [listOf(older['required']), listOf(newer['required'])];
  const others = older['additionalProperties'];
  const kept = Object.keys(before).flatMap((name) =>
    name in after
      ? compare(schemaOf(before[name]), schemaOf(after[name]), `${at}.${name}`)
      : [`${at}.${name}: is gone`],
  );
  // A map that is open by a schema of its own may have had the name already.
  const added = isSchema(others)
    ? Object.keys(after)
        .filter((name) => !(name in before))
        .flatMap((name) => compare(others, schemaOf(after[name]), `${at}.${name}`))
    : [];
  return [
    ...kept,
    ...added,
    ...missingIn(needed, needs).map((name) => `${at}.${name}: is required and was not`),
    ...missingIn(needs, needed).map((name) => `${at}.${name}: was required and is not`),
  ];
}

const missingIn = (known: readonly unknown[], names: readonly unknown[]): string[] =>
  names.filter((name) => !known.includes(name)).map(String);

/** What holds of all elements, of all further properties and of their names. */
function partBreaks(older: Schema, newer: Schema, at: string): string[] {
  const parts = [
    ['items', '[]'],
    ['additionalProperties', '{}'],
    ['propertyNames', '{name}'],
  ] as const;
  return parts.flatMap(([keyword, mark]) => {
    const [before, after] = [older[keyword], newer[keyword]];
    if (after === undefined || after === true || isSame(before, after) || before === false) {
      return [];
    }
    return isSchema(before) && isSchema(after)
      ? compare(before, after, `${at}${mark}`)
      : [`${at}: its ${keyword} are narrower`];
  });
}

function unknownBreaks(older: Schema, newer: Schema, at: string): string[] {
  return [...new Set([...Object.keys(older), ...Object.keys(newer)])]
    .filter((key) => !KNOWN.has(key) && !isSame(older[key], newer[key]))
    .map((key) => `${at}: nobody can tell what another ${key} refuses`);
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `true` takes whatever comes, `false` nothing. */
function schemaOf(value: unknown): Schema {
  return value === false ? { not: {} } : isSchema(value) ? value : {};
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Of JSON, whatever the order of its keys. */
function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  }
  if (!isSchema(one) || !isSchema(other)) {
    return one === other;
  }
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => key in other && isSame(one[key], other[key]))
  );
}
