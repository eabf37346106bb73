// What the worker does next (www/schedule.js), with tasks of our own and a clock that is wound by hand: no page, no engine.

import { expect, test } from '@playwright/test';
import { setImmediate } from 'node:timers/promises';
import { Pace, Schedule } from '../../www/schedule.js';

/** A job's tasks write what they do into `log`: each its name and its step. */
function tasks(log, ...described) {
  return described.map(({ name, steps, cost = 1, until, fails }) => {
    const clock = { milliseconds: 0 };
    async function* turns() {
      try {
        if (until) yield { until };
        await until;
        for (let step = 1; step <= steps; step++) {
          if (fails === step) throw new Error(`${name} failed`);
          log.push(`${name}${step}`);
          clock.milliseconds += cost;
          if (step < steps) yield;
        }
        return name;
      } finally {
        log.push(`${name} ended`);
      }
    }
    return { clock, turns: turns() };
  });
}

const schedule = () => new Schedule(() => setImmediate());
const never = new Promise(() => {});

/** Lets so many turns pass. */
async function turns(count) {
  for (let i = 0; i < count; i++) await setImmediate();
}

test('what comes first has all turns, and what gave way goes on', async () => {
  const log = [];
  const tasked = schedule();
  const slow = tasked.add(1, 3, tasks(log, { name: 'slow', steps: 3 }));
  await turns(2);
  const before = log.length;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(3);
  expect(await tasked.add(2, 0, tasks(log, { name: 'quick', steps: 2 }))).toEqual(['quick']);
  expect(await slow).toEqual(['slow']);
  expect(log.slice(before)).toEqual(['quick1', 'quick2', 'quick ended', ...['slow1', 'slow2', 'slow3'].slice(before), 'slow ended']);
});

test('of one priority the oldest is first', async () => {
  const log = [];
  const tasked = schedule();
  await Promise.all([1, 2].map((id) => tasked.add(id, 1, tasks(log, { name: `job ${id}.`, steps: 2 }))));
  expect(log.filter((line) => !line.endsWith('ended'))).toEqual(['job 1.1', 'job 1.2', 'job 2.1', 'job 2.2']);
});

test('in a race whoever had the least time is next', async () => {
  const log = [];
  const lanes = tasks(log, { name: 'a', steps: 4, cost: 10 }, { name: 'b', steps: 4, cost: 3 }, { name: 'c', steps: 2, cost: 7 });
  expect(await schedule().add(1, 0, lanes)).toEqual(['a', 'b', 'c']);
  expect(log.filter((line) => !line.endsWith('ended'))).toEqual(['a1', 'b1', 'c1', 'b2', 'b3', 'c2', 'b4', 'a2', 'a3', 'a4']);
});

test('who waits for weights waits aside: lanes beside it and jobs behind it go on', async () => {
  const log = [];
  const tasked = schedule();
  const weights = {};
  weights.promise = new Promise((resolve) => { weights.resolve = resolve; });
  const race = tasked.add(1, 0, tasks(log, { name: 'held', steps: 1, until: weights.promise }, { name: 'lane', steps: 2 }));
  expect(await tasked.add(2, 3, tasks(log, { name: 'behind', steps: 2 }))).toEqual(['behind']);
  expect(log).toEqual(['lane1', 'lane2', 'lane ended', 'behind1', 'behind2', 'behind ended']);
  weights.resolve();
  expect(await race).toEqual(['held', 'lane']);
});

test('cancelled at any step: the task ends there, is let go of, and the next one has its turns', async () => {
  for (let at = 1; at <= 3; at++) {
    const log = [];
    const tasked = schedule();
    let settled = false;
    const described = tasks(log, { name: 'task', steps: 3 });
    const { push } = log;
    log.push = (line) => {
      push.call(log, line);
      if (line === `task${at}`) tasked.cancel(1);
    };
    tasked.add(1, 0, described).finally(() => { settled = true; });
    expect(await tasked.add(2, 0, tasks(log, { name: 'next', steps: 1 }))).toEqual(['next']);
    expect(log.filter((line) => line.startsWith('task'))).toEqual([...['task1', 'task2', 'task3'].slice(0, at), 'task ended']);
    expect(settled).toBe(false);
  }
});

test('cancelled while it waits aside, and before its first turn', async () => {
  const log = [];
  const tasked = schedule();
  tasked.add(1, 0, tasks(log, { name: 'waits', steps: 1, until: never }));
  await turns(3);
  tasked.cancel(1);
  tasked.add(2, 0, tasks(log, { name: 'unborn', steps: 1 }));
  tasked.cancel(2);
  await turns(3);
  expect(log).toEqual(['waits ended']);
});

test('a task that fails fails its job alone, and its other lanes end', async () => {
  const log = [];
  const tasked = schedule();
  const broken = tasked.add(1, 0, tasks(log, { name: 'a', steps: 3, fails: 2 }, { name: 'b', steps: 9 }));
  const whole = tasked.add(2, 0, tasks(log, { name: 'c', steps: 1 }));
  await expect(broken).rejects.toThrow('a failed');
  expect(await whole).toEqual(['c']);
  expect(log).toContain('b ended');
  expect(log).not.toContain('b9');
  const late = Promise.reject(new Error('no weights'));
  late.catch(() => {});
  await expect(tasked.add(3, 0, tasks(log, { name: 'd', steps: 1, until: late }))).rejects.toThrow('no weights');
});

/** A device that does what it is given in order, each piece for some milliseconds. */
function device(milliseconds) {
  let done = Promise.resolve();
  let [given, finished] = [0, 0];
  const wait = () => new Promise((resolve) => { setTimeout(() => resolve(++finished), milliseconds); });
  return { begin: () => { given++; done = done.then(wait); }, settled: () => done.then(() => {}), open: () => given - finished };
}

test('a device is never more than some steps behind, and each clock has its own steps\' time', async () => {
  const { begin, settled, open } = device(20);
  const pace = new Pace(2);
  const [one, other] = [{ milliseconds: 0 }, { milliseconds: 0 }];
  let most = 0;
  const began = performance.now();
  for (const clock of [one, one, other, one]) {
    await pace.step(clock, begin, settled);
    most = Math.max(most, open());
  }
  await pace.wait(other, settled);
  const whole = performance.now() - began;
  expect(most).toBe(2);
  expect(one.milliseconds).toBeGreaterThan(55);
  expect(other.milliseconds).toBeGreaterThan(15);
  // Nothing is charged twice, and nothing is forgotten.
  expect(Math.abs(one.milliseconds + other.milliseconds - whole)).toBeLessThan(5);
});

test('what was only looked at is charged to nobody', async () => {
  const pace = new Pace(2);
  const [clock, nobody] = [{ milliseconds: 0 }, { milliseconds: 0 }];
  const { begin, settled } = device(5);
  await pace.step(clock, begin, settled);
  await pace.wait(nobody, () => new Promise((resolve) => { setTimeout(resolve, 200); }));
  await pace.step(clock, begin, settled);
  await settled();
  await setImmediate();
  expect(clock.milliseconds).toBeLessThan(100);
});
