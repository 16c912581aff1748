import type { WalkAction } from '../../mm/index.js'

/** What a callback left in `walk->action`; read through a function because callbacks change it. */
export function actionOf(walk: { readonly action: WalkAction }): WalkAction {
  return walk.action
}
