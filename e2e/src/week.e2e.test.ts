import { afterAll, beforeAll } from '@jest/globals';
// In this order: what is wrong takes the shop's permission away in the end.
import './week/exactness.test-support.ts';
import './week/bad-input.test-support.ts';
import { startWeek, stopWeek } from './week/week.fixture.ts';

beforeAll(startWeek, 240_000);
afterAll(stopWeek, 60_000);
