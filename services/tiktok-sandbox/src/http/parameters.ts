import { badParameter } from '../domain/fault-table.ts';
import type { ApiCall } from './api-call.ts';

export function pageSizeOf(
  call: ApiCall,
  bounds: { min?: number; max: number; fallback?: number },
): number {
  const { min = 1, max, fallback } = bounds;
  const text = call.query.get('page_size');
  if (text === undefined) {
    if (fallback === undefined) {
      throw badParameter('page_size', 'missing', `[${String(min)},${String(max)}]`);
    }
    return fallback;
  }
  const size = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(size >= min && size <= max)) {
    throw badParameter('page_size', 'out of range', `[${String(min)},${String(max)}]`);
  }
  return size;
}

export function oneOf<T extends string>(
  call: ApiCall,
  name: string,
  allowed: readonly T[],
  fallback?: T,
): T {
  const text = call.query.get(name);
  if (text === undefined && fallback !== undefined) {
    return fallback;
  }
  const found = allowed.find((value) => value === text);
  if (found === undefined) {
    throw badParameter(name, text === undefined ? 'missing' : 'unknown value', allowed.join('|'));
  }
  return found;
}

export function queryTime(call: ApiCall, name: string): number | undefined {
  const text = call.query.get(name);
  if (text === undefined) {
    return undefined;
  }
  if (!/^\d{1,12}$/.test(text)) {
    throw badParameter(name, 'not a Unix time', 'seconds');
  }
  return Number(text);
}

export function bodyTime(call: ApiCall, name: string): number | undefined {
  const value = call.body[name];
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw badParameter(name, 'not a Unix time', 'seconds');
  }
  return value;
}

export function bodyText(call: ApiCall, name: string): string | undefined {
  const value = call.body[name];
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== 'string' || value === '') {
    throw badParameter(name, 'not a text', 'string');
  }
  return value;
}

export function bodyFlag(call: ApiCall, name: string): boolean | undefined {
  const value = call.body[name];
  if (value !== undefined && typeof value !== 'boolean') {
    throw badParameter(name, 'not a boolean', 'true|false');
  }
  return value;
}

export function bodyTexts(call: ApiCall, name: string, max: number): string[] | undefined {
  const value = call.body[name];
  if (value === undefined) {
    return undefined;
  }
  const texts = Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string' && item !== '')
    : [];
  if (!Array.isArray(value) || texts.length !== value.length || texts.length > max) {
    throw badParameter(name, 'not a list of texts', `at most ${String(max)} strings`);
  }
  return texts;
}

/** A filter that is absent lets all pass; `ge` is closed, `lt` open. */
export function inWindow(value: number, ge: number | undefined, lt: number | undefined): boolean {
  return (ge === undefined || value >= ge) && (lt === undefined || value < lt);
}
