/**
 * Runs a test: all consistent executions if time allows, else a proof of the verdict alone. What was not decided
 * is said to be so; a verdict is never guessed.
 */
import type { FinishedRun, MemoryModel } from '../explore/index.js'
import { DEFAULT_THREAD_OPTIONS, type Thread } from '../machine/index.js'
import { type Contents, compileCondition, type Evaluate } from './condition.js'
import type { LitmusProgram } from './program.js'
import { describeState, StateSet } from './state.js'

/** How often the condition holds, in herd's words. */
export type Verdict = 'Never' | 'Sometimes' | 'Always'

export interface LitmusOutcome {
  /** Null if it was not decided in time. */
  readonly verdict: Verdict | null
  /** False if time ran out: states, counts and flags are then only those that were seen. */
  readonly complete: boolean
  /** Executions in which the condition holds, and in which it does not. */
  readonly positive: number
  readonly negative: number
  /** Final states in herd's order, by location. */
  readonly states: readonly Readonly<Record<string, string>>[]
  /** What the memory model says against the program, in herd's words, sorted. */
  readonly flags: readonly string[]
  /** What went wrong in executions that therefore do not count: a wild pointer. */
  readonly troubles: readonly string[]
}

export interface EvaluateOptions {
  readonly model: MemoryModel
  /** Milliseconds, monotonic. */
  readonly now: () => number
  /** Milliseconds for the whole test; null for as long as it takes. */
  readonly limit: number | null
  /** True once the user has asked to stop. */
  readonly interrupted?: () => boolean
}

/** The share of the time after which counting is given up for proving the verdict. */
const COUNTING = 0.5
/** The share by which the first of two proofs has to end. */
const FIRST_PROOF = 0.75

export function evaluateLitmus(program: LitmusProgram, options: EvaluateOptions): LitmusOutcome {
  return new Evaluation(program, options).run()
}

/** The judging of one test: what was seen so far, and until when to look. */
class Evaluation {
  readonly #program: LitmusProgram
  readonly #options: EvaluateOptions
  readonly #condition: Evaluate
  readonly #filter: Evaluate
  readonly #start: number
  readonly #states = new StateSet()
  readonly #flags = new Set<string>()
  readonly #troubles = new Set<string>()
  #positive = 0
  #negative = 0

  constructor(program: LitmusProgram, options: EvaluateOptions) {
    this.#program = program
    this.#options = options
    const { condition, filter } = program.test
    this.#condition = compileCondition(program, condition)
    this.#filter = filter === null ? () => true : compileCondition(program, filter)
    this.#start = options.now()
  }

  run(): LitmusOutcome {
    if (this.#search(COUNTING, null)) return this.#outcome(this.#counted(), true)
    if (this.#positive === 0) {
      const none = this.#search(this.#negative > 0 ? 1 : FIRST_PROOF, true) && this.#positive === 0
      // Where the condition never holds, `forall` still asks whether there is an execution at all.
      if (none && this.#program.test.quantifier === 'forall' && this.#negative === 0) this.#search(1, false)
      if (this.#positive === 0) return this.#outcome(none ? 'Never' : null, false)
    }
    if (this.#negative === 0) {
      const all = this.#search(1, false) && this.#negative === 0
      if (this.#negative === 0) return this.#outcome(all ? 'Always' : null, false)
    }
    return this.#outcome('Sometimes', false)
  }

  #counted(): Verdict {
    if (this.#positive === 0) return 'Never'
    return this.#negative === 0 ? 'Always' : 'Sometimes'
  }

  #outcome(verdict: Verdict | null, complete: boolean): LitmusOutcome {
    return {
      verdict,
      complete,
      positive: this.#positive,
      negative: this.#negative,
      states: this.#states.sorted(this.#program).map((state) => describeState(this.#program, state)),
      flags: [...this.#flags].sort(),
      troubles: [...this.#troubles],
    }
  }

  /**
   * Looks at executions until `share` of the time is over: at all of them and counts them, or, where `wanted` is
   * given, only for one in which the condition has this value. True if there is no other execution to look at.
   */
  #search(share: number, wanted: boolean | null): boolean {
    const { model } = this.#options
    let late = false
    const goOn = (): boolean => {
      late ||= this.#isLate(share)
      return !late
    }
    const seen = { positive: this.#positive > 0, negative: this.#negative > 0 }
    const { finished } = model.search(this.#program.program, DEFAULT_THREAD_OPTIONS, {
      visit: (run) => {
        const holds = this.#look(run)
        if (wanted === null) {
          if (holds === true) this.#positive += run.weight
          else if (holds === false) this.#negative += run.weight
          return goOn()
        }
        // Executions may have been counted before; one of a kind that was never met has not.
        if (holds === true && !seen.positive) this.#positive = 1
        if (holds === false && !seen.negative) this.#negative = 1
        return holds !== wanted && goOn()
      },
      expired: () => !goOn(),
      merge: true,
      wanted: (threads) => this.#isPossible(threads, wanted),
    })
    return finished && !late
  }

  #isLate(share: number): boolean {
    const { now, limit, interrupted } = this.#options
    if (interrupted?.() === true) return true
    return limit !== null && now() - this.#start > limit * share
  }

  /** Notes what an execution shows; whether the condition holds in it, null if it does not count. */
  #look(run: FinishedRun): boolean | null {
    if (run.status() !== 'complete' || !run.threads.every(({ status }) => status === 'done')) {
      this.#noteTrouble(run)
      return null
    }
    const contents = this.#program.observed.map(
      ({ read }) => read(run.threads, (cell) => run.value(cell)) ?? 0n,
    )
    if (this.#filter(contents) !== true) return null
    this.#states.add(contents.filter((_, i) => this.#program.observed[i]?.isShown === true))
    for (const flag of run.flags) this.#flags.add(flag)
    return this.#condition(contents) === true
  }

  #noteTrouble({ threads, events }: FinishedRun): void {
    if (!threads.some(({ status }) => status === 'oops')) return
    for (const { hazard } of events) if (hazard !== undefined) this.#troubles.add(hazard.text)
  }

  /**
   * False if no execution with these threads, as far as they have ended, counts, or has the wanted value of the
   * condition.
   */
  #isPossible(threads: readonly (Thread | null)[], wanted: boolean | null): boolean {
    const contents: Contents = this.#program.observed.map(({ read }) => read(threads, null))
    if (this.#filter(contents) === false) return false
    return wanted === null || this.#condition(contents) !== !wanted
  }
}
