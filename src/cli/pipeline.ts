/** What the command line needs of run/. Handed in, and loaded only by commands that replay something. */
import type { Result } from '../base/index.js'
import type {
  AblateRequest,
  AblateStepRequest,
  Ablation,
  CompareRequest,
  Exploration,
  ExploreRequest,
  FindCallersRequest,
  FingerprintResult,
  FoundCallers,
  LiftAnswer,
  LiftTreeRequest,
  Listing,
  LitmusControl,
  LitmusReport,
  LitmusRequest,
  LoadedPlugin,
  RevisionComparison,
  RunControl,
  RunRequest,
  RunResult,
  StepRequest,
  Walkthrough,
} from '../run/index.js'

/** The things `kreplay list` can list. */
export const LISTS = ['functions', 'suites', 'scenarios', 'archs', 'models', 'simplifications'] as const
export type ListName = (typeof LISTS)[number]

/** The pipeline as the commands use it; `src/run/index.ts` exports exactly this, and tests hand in their own. */
export interface Pipeline {
  readonly runThread: (request: RunRequest, control?: RunControl) => Promise<RunResult>
  readonly parseThread: (request: RunRequest, control?: RunControl) => Promise<RunResult>
  readonly compareRevisions: (
    request: CompareRequest,
    control?: RunControl,
  ) => Promise<Result<RevisionComparison>>
  readonly list: (what: ListName, plugins?: readonly LoadedPlugin[]) => Listing
  readonly exploreScenario: (request: ExploreRequest, control?: RunControl) => Result<Exploration>
  readonly stepThrough: (request: StepRequest, control?: RunControl) => Promise<Result<Walkthrough>>
  readonly ablate: (request: AblateRequest, control?: RunControl) => Promise<Result<Ablation>>
  readonly stepAblated: (request: AblateStepRequest, control?: RunControl) => Promise<Result<Walkthrough>>
  readonly runLitmus: (request: LitmusRequest, control?: LitmusControl) => Promise<Result<LitmusReport>>
  readonly findCallers: (request: FindCallersRequest) => Promise<Result<FoundCallers>>
  readonly liftFrom: (request: LiftTreeRequest) => Promise<Result<LiftAnswer>>
  readonly fingerprint: (request: RunRequest) => Promise<FingerprintResult>
  readonly loadPlugins: (folder: string, configFile?: string) => Promise<Result<readonly LoadedPlugin[]>>
}
