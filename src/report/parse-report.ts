import * as v from 'valibot'
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import { ReportSchema } from './schema.js'
import type { Report } from './types.js'

/**
 * Reads a report back. `source` names the text in diagnostics. Members that this version does not know are
 * kept. Errors: `report-empty`, `report-truncated`, `report-not-json`, `report-not-a-report`,
 * `report-too-new`, `report-invalid`.
 */
export function parseReport(text: string, source: string): Result<Report> {
  const trouble = (code: string, message: string, hint?: string): { ok: false; error: Diagnostic } =>
    fail({ severity: 'error', code, message, place: { source }, ...(hint === undefined ? {} : { hint }) })

  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  if (body.trim() === '') return trouble('report-empty', 'the report is empty', HINT)
  let data: unknown
  try {
    data = JSON.parse(body)
  } catch {
    if (!/^\s*[[{]/.test(body)) return trouble('report-not-json', 'this is no JSON, so no report', HINT)
    return /[\]}]\s*$/.test(body)
      ? trouble('report-not-json', 'the JSON is damaged', HINT)
      : trouble('report-truncated', 'the report is cut off: its JSON has no end', HINT)
  }
  if (!isObject(data) || !('schemaVersion' in data) || !isObject(data['tool'])) {
    return trouble('report-not-a-report', 'this JSON is not a report of kreplay', HINT)
  }
  const version = data['schemaVersion']
  if (typeof version === 'number' && version > 1) {
    return trouble(
      'report-too-new',
      `the report has schema version ${version}, this kreplay reads version 1`,
      'use the kreplay that wrote it, or a newer one',
    )
  }
  const checked = v.safeParse(ReportSchema, data)
  if (!checked.success) {
    const issue = checked.issues[0]
    const where = v.getDotPath(issue) ?? 'the top'
    return trouble('report-invalid', `not a valid report: at ${where}: ${issue.message}`, HINT)
  }
  return ok(data as unknown as Report)
}

const HINT = '`kreplay run THREAD -f json=report.json` writes one'

function isObject(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}
