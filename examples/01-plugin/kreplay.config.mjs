import { definePlugin } from 'kreplay'
import { locked, lockless } from './event-counter.mjs'
import { EVENT_COUNTER_SUITE } from './event-counter-suite.mjs'

export default {
  plugins: [
    definePlugin({
      name: 'event-counter',
      reimplementations: [locked, lockless],
      suites: [EVENT_COUNTER_SUITE],
    }),
  ],
}
