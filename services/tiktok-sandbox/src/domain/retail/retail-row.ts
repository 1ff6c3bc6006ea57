/** A file that cannot be served; says where, never what stood there. */
export class RetailFileError extends Error {
  override readonly name = 'RetailFileError';
  readonly code: 'columns' | 'row' | 'file' | 'empty';
  /** As a spreadsheet counts: the header is row 1. */
  readonly row: number | undefined;
  readonly column: string | undefined;

  constructor(
    code: RetailFileError['code'],
    reason: string,
    place: { row?: number; column?: string } = {},
  ) {
    const where = [
      ...(place.row === undefined ? [] : [`row ${String(place.row)}`]),
      ...(place.column === undefined ? [] : [`column ${place.column}`]),
    ].join(', ');
    super(`retail file refused: ${where === '' ? '' : `${where}: `}${reason}`);
    this.code = code;
    this.row = place.row;
    this.column = place.column;
  }
}

export interface RetailRow {
  /** Index among the data rows, from 0. */
  readonly index: number;
  readonly invoice: string;
  readonly code: string;
  readonly printedCode: string;
  readonly title: string;
  readonly quantity: number;
  /** Naive Europe/London time in wall seconds. */
  readonly wall: number;
  readonly mills: number;
  readonly customer: string;
  readonly country: string;
}

/** Each column has one of two spellings in the published files. */
const SPELLINGS = {
  invoice: ['InvoiceNo', 'Invoice'],
  code: ['StockCode'],
  title: ['Description'],
  quantity: ['Quantity'],
  date: ['InvoiceDate'],
  price: ['UnitPrice', 'Price'],
  customer: ['CustomerID', 'Customer ID'],
  country: ['Country'],
} as const;
type Field = keyof typeof SPELLINGS;
export type RetailColumns = Readonly<Record<Field, { readonly at: number; readonly name: string }>>;

export function readHeader(header: readonly string[]): RetailColumns {
  const find = (field: Field): { at: number; name: string } => {
    const spellings: readonly string[] = SPELLINGS[field];
    const name = spellings.find((spelling) => header.includes(spelling));
    if (name === undefined) {
      throw new RetailFileError('columns', `the header has no column ${spellings.join(' or ')}`);
    }
    if (header.indexOf(name) !== header.lastIndexOf(name)) {
      throw new RetailFileError('columns', `the header has the column ${name} twice`);
    }
    return { at: header.indexOf(name), name };
  };
  return {
    invoice: find('invoice'),
    code: find('code'),
    title: find('title'),
    quantity: find('quantity'),
    date: find('date'),
    price: find('price'),
    customer: find('customer'),
    country: find('country'),
  };
}

const INTEGER = /^[+-]?\d{1,9}$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/;
const PRICE = /^([+-]?)(\d{1,9})(?:\.(\d*?)0*)?$/;

export function readRow(
  columns: RetailColumns,
  record: readonly string[],
  index: number,
): RetailRow {
  const fail = (field: Field, reason: string): never => {
    throw new RetailFileError('row', reason, { row: index + 2, column: columns[field].name });
  };
  const cell = (field: Field): string =>
    record[columns[field].at]?.trim() ?? fail(field, 'the row is too short');

  const invoice = cell('invoice');
  if (invoice === '') {
    fail('invoice', 'empty');
  }
  const quantity = cell('quantity');
  if (!INTEGER.test(quantity)) {
    fail('quantity', 'not a whole number');
  }
  const printedCode = cell('code');
  const customer = cell('customer');
  return {
    index,
    invoice,
    printedCode,
    code: printedCode.toUpperCase(),
    title: cell('title'),
    quantity: Number(quantity),
    wall: readWall(cell('date')) ?? fail('date', 'not a date of the form YYYY-MM-DD HH:MM:SS'),
    mills: readMills(cell('price')) ?? fail('price', 'not an amount with at most three decimals'),
    customer: customer.endsWith('.0') ? customer.slice(0, -2) : customer,
    country: cell('country'),
  };
}

function readWall(text: string): number | undefined {
  const match = DATE.exec(text);
  if (match === null) {
    return undefined;
  }
  const iso = text.replace(' ', 'T');
  const wall = Date.parse(`${iso}Z`) / 1000;
  // Date.parse refuses month 13 but lets 31 February run over.
  const isReal = Number.isFinite(wall) && new Date(wall * 1000).toISOString() === `${iso}.000Z`;
  return isReal ? wall : undefined;
}

function readMills(text: string): number | undefined {
  const match = PRICE.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, sign = '', whole = '', fraction = ''] = match;
  if (fraction.length > 3) {
    return undefined;
  }
  const size = Number(whole) * 1000 + Number(fraction.padEnd(3, '0'));
  return sign === '-' && size !== 0 ? -size : size;
}

const GOODS = /^(?:\d{5}|DCGS|GIFT_)/;
const SHIPPING = new Set(['POST', 'DOT', 'C2', 'C3']);
const SHOP_LEVEL = new Set(['AMAZONFEE', 'BANK CHARGES', 'CRUK', 'S', 'B', 'D']);

export function isGoods({ code }: RetailRow): boolean {
  return GOODS.test(code);
}
export function isShipping({ code }: RetailRow): boolean {
  return SHIPPING.has(code);
}
export function isShopLevel({ code }: RetailRow): boolean {
  return SHOP_LEVEL.has(code);
}
export function isManual({ code }: RetailRow): boolean {
  return code === 'M';
}
export function isCancellation({ invoice }: RetailRow): boolean {
  return /^c/i.test(invoice);
}
export function isSale(row: RetailRow): boolean {
  return row.quantity > 0 && row.mills > 0 && !/^[ca]/i.test(row.invoice);
}
