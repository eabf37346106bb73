// What a worker does next: tasks that are resumed between two steps, by priority, and in turns where they race.

/** @import { Clock, Job, Task, Turns } from '../types/page.d.ts' */

/**
 * One task at a time has its turn: of the jobs with the least priority number the oldest, and of its tasks the one whose
 * clock shows least. After each turn everything is decided anew.
 */
export class Schedule {
  #breathe;
  /** In the order in which they came. @type {Job[]} */
  #jobs = [];
  #busy = false;
  /** The job that has its turn, by its id. @type {number | undefined} */
  running;

  /** @param {() => Promise<unknown>} breathe lets in what has arrived, before each turn */
  constructor(breathe) {
    this.#breathe = breathe;
  }

  /**
   * Resolves with what the tasks return; rejects with what one of them throws, which ends the others. Never settles if cancelled.
   * @param {number} id
   * @param {number} priority
   * @param {{ clock: Clock, turns: Turns<any> }[]} tasks
   * @returns {Promise<any[]>}
   */
  add(id, priority, tasks) {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ id, priority, tasks: tasks.map((task) => ({ ...task, waiting: false, done: false })), resolve, reject });
      this.#go();
    });
  }

  /**
   * Ends a job, if it is still here; a turn that it has just now is its last.
   * @param {number} id
   */
  cancel(id) {
    const job = this.#jobs.find((job) => job.id === id);
    if (job) this.#drop(job);
  }

  async #go() {
    if (this.#busy) return;
    this.#busy = true;
    for (;;) {
      await this.#breathe();
      const next = this.#next();
      if (!next) break;
      await this.#turn(next.job, next.task);
    }
    this.#busy = false;
  }

  #next() {
    /** @type {{ job: Job, task: Task } | null} */
    let first = null;
    for (const job of this.#jobs) {
      for (const task of job.tasks) {
        if (task.waiting || task.done) continue;
        const sooner = !first || job.priority < first.job.priority || (job === first.job && task.clock.milliseconds < first.task.clock.milliseconds);
        if (sooner) first = { job, task };
      }
    }
    return first;
  }

  /**
   * @param {Job} job
   * @param {Task} task
   */
  async #turn(job, task) {
    this.running = job.id;
    try {
      const { done, value } = await task.turns.next();
      if (done) this.#finish(job, task, value);
      else if (value) this.#aside(task, value.until);
    } catch (error) {
      this.#drop(job);
      job.reject(error);
    }
    this.running = undefined;
  }

  /**
   * @param {Task} task
   * @param {Promise<unknown>} until
   */
  #aside(task, until) {
    const back = () => {
      task.waiting = false;
      this.#go();
    };
    task.waiting = true;
    // Whether it failed, the task sees itself.
    until.then(back, back);
  }

  /**
   * @param {Job} job
   * @param {Task} task
   * @param {any} value
   */
  #finish(job, task, value) {
    Object.assign(task, { done: true, value });
    if (!this.#jobs.includes(job) || !job.tasks.every(({ done }) => done)) return;
    this.#jobs = this.#jobs.filter((other) => other !== job);
    job.resolve(job.tasks.map(({ value }) => value));
  }

  /** @param {Job} job */
  #drop(job) {
    this.#jobs = this.#jobs.filter((other) => other !== job);
    // What a task has begun is let go of in its `finally`, wherever it stands.
    for (const { turns } of job.tasks) turns.return(undefined).catch(() => {});
  }
}

/**
 * Keeps a device that answers later at most so many steps behind, so that what is cancelled is soon off it, and charges each step
 * with its own time: from when it could begin, which is not before the one before it was done.
 */
export class Pace {
  #most;
  /** @type {Promise<void>[]} */
  #open = [];
  #free = -Infinity;

  /** @param {number} most */
  constructor(most) {
    this.#most = most;
  }

  /**
   * Has a step begun, once there is room for it; returns what `begin` returns.
   * @template T
   * @param {Clock} clock what is charged
   * @param {() => T} begin
   * @param {() => Promise<void>} settled when all that was begun so far is done
   * @returns {Promise<T>}
   */
  async step(clock, begin, settled) {
    while (this.#open.length >= this.#most) await this.#open[0];
    const since = performance.now();
    const begun = begin();
    const open = settled()
      .then(() => this.#charge(clock, since))
      .finally(() => void this.#open.shift());
    // A failure is seen by whoever asks for what the step has made.
    open.catch(() => {});
    this.#open.push(open);
    return begun;
  }

  /**
   * Waits for something and charges for it.
   * @template T
   * @param {Clock} clock
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async wait(clock, ask) {
    const since = performance.now();
    const answer = await ask();
    this.#charge(clock, since);
    return answer;
  }

  /**
   * @param {Clock} clock
   * @param {number} since
   */
  #charge(clock, since) {
    const now = performance.now();
    clock.milliseconds += now - Math.max(since, this.#free);
    this.#free = now;
  }
}
