import { keep, kept } from '../page'

interface Unfinished { url: string, at: number }

const lifetime = 24 * 3600 * 1000

/** keyOf knows a file again after a reload: its name, size and date, which are all a page may know. */
function keyOf(file: File): string {
  return `lucarne-upload-${file.name}-${file.size}-${file.lastModified}`
}

/** unfinished returns the URL of an upload of this very file that was not finished, if it is not too old. */
export function unfinished(file: File): string | undefined {
  try {
    const found = JSON.parse(kept(keyOf(file)) ?? 'null') as Unfinished | null
    return found && Date.now() - found.at < lifetime ? found.url : undefined
  } catch {
    return undefined
  }
}

/** remember keeps the URL of the upload of a file; undefined forgets it. */
export function remember(file: File, url: string | undefined) {
  keep(keyOf(file), url ? JSON.stringify({ url, at: Date.now() }) : null)
}
