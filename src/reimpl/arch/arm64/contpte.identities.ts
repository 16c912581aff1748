/**
 * Texts of arm64's functions on contiguous blocks of ptes that reimplementations stand for: of the series v6, and of
 * 6.12.117 where that has another text or the series shows the function in pieces.
 */
import type { Identity } from '../../../machine/index.js'

const series = (patch: number, kind: Identity['kind'], hash: string): Identity => ({
  kind,
  hash,
  source: `[PATCH v6 ${patch}/18] Transparent Contiguous PTEs for User Mappings`,
})
const later = (hash: string): Identity => ({ kind: 'function', hash, source: 'linux-source-6.12' })

export const CONTPTE = {
  contpte_try_unfold: [series(12, 'hunks', '698204d3d088fd93'), series(17, 'hunks', '211d78eb8d460b8a')],
  contpte_try_unfold_inline: [series(17, 'hunks', '4dc971b03e66b05e'), later('41b54cc13b1bcfcd')],
  ptep_get: [series(12, 'hunks', 'd8350ba890dc78c5'), later('505e53b998f90317')],
  ptep_get_lockless: [series(12, 'hunks', '1b711dbc1463a342'), later('3dde990a3f49abfe')],
  set_pte: [series(12, 'function', 'b4d7622e7da011fd')],
  set_ptes: [series(12, 'hunks', 'a79b0cef1076fdd4'), series(17, 'hunks', 'a78831d7355ed18d')],
  set_ptes_inline: [series(17, 'hunks', 'fb042c9086c40756'), series(18, 'hunks', '7497e2b4216096a8')],
  set_ptes_folding: [series(18, 'hunks', 'abcb00bbc0b778c9'), later('bde084df96e107c7')],
  pte_clear: [series(12, 'function', '6854f1b27c550611')],
  ptep_get_and_clear: [series(12, 'hunks', 'c9504881e506e40b'), later('def45c4d5131fc96')],
  ptep_test_and_clear_young: [series(12, 'hunks', '8cf1b6110f8a5ff8'), later('0edb3f636c858e8e')],
  ptep_clear_flush_young: [series(12, 'hunks', '0f36648930d9e508'), later('86969c7893991740')],
  ptep_set_wrprotect: [series(12, 'hunks', 'd0afef545b887bea'), series(13, 'function', 'f3a3371d3bcc5c21')],
  ptep_set_wrprotect_one: [series(13, 'function', '4b3e255af2e82815')],
  wrprotect_ptes: [series(13, 'hunks', 'c58b0758bb7cdad2'), series(17, 'hunks', '33106ce33a78d963')],
  wrprotect_ptes_inline: [series(17, 'hunks', '60ca36575b766a3c'), later('8d8e3e1a5bb34526')],
  ptep_set_access_flags: [series(12, 'hunks', 'b4e34a3feb8cde70'), later('f5e3d110dca315f4')],
  clear_full_ptes: [series(14, 'hunks', 'ac9deacf8584f151'), later('b0d873b12e7caf94')],
  get_and_clear_full_ptes: [series(14, 'hunks', 'deb4fef1d3aeb155'), later('0eb89e3f45c06f59')],
  pte_batch_hint: [series(16, 'hunks', '3a56ecf2db0c41f9'), later('08c5d8c5170100e4')],
  contpte_try_fold: [series(18, 'function', 'a07a72f6c7036b37')],
  contpte_convert: [series(12, 'function', '93e46a21cc19ffc8')],
  __contpte_try_fold: [series(18, 'hunks', '065132a440e33e19'), later('38d8b71a248710e3')],
  __contpte_try_unfold: [series(12, 'function', 'f7cf6154aff3fbc1')],
  contpte_try_unfold_partial: [series(13, 'function', 'eabf9f34fdd95f7b')],
  contpte_ptep_get: [series(12, 'hunks', 'adda015e5e62f302'), later('db515bafe0242679')],
  contpte_ptep_get_lockless: [series(12, 'hunks', 'ddfcd4bb9997892b'), later('26758177bd184519')],
  contpte_set_ptes: [series(12, 'hunks', '1d6df9d69a130681')],
  contpte_set_ptes_6_12: [later('a2e0007a8cd179df')],
  contpte_clear_full_ptes: [series(14, 'function', '2a4a2d2706ac95b7')],
  contpte_get_and_clear_full_ptes: [series(14, 'hunks', 'da8c6e6e6c14f08b'), later('86e13f1153f94afd')],
  contpte_ptep_test_and_clear_young: [series(12, 'hunks', 'e520992b0e7d298e'), later('42905402a445e384')],
  contpte_ptep_clear_flush_young: [series(12, 'hunks', '395a6888bf54af4c'), later('a43e42661f97c4f2')],
  contpte_wrprotect_ptes: [series(13, 'hunks', 'c01c8e8bbb4675f7'), later('ff0e48c4f2740edd')],
  contpte_ptep_set_access_flags: [series(12, 'hunks', '01ae2b7468bfa43d')],
  contpte_ptep_set_access_flags_6_12: [later('7544a701c4679d7b')],
  clear_young_dirty_ptes: [later('478686bd0b77c7f7')],
  contpte_clear_young_dirty_ptes: [later('f8378e45d3bae450')],
} as const satisfies Readonly<Record<string, readonly Identity[]>>
