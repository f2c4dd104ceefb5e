// The small scripts of every page. Each enhances what already works without it.
import { enhanceConfirm } from './small/confirm'
import { enhanceCopy } from './small/copy'
import { enhanceCounters } from './small/counter'
import { localDates } from './small/date'
import { enhanceDialogs } from './small/dialog'
import { defineFramePicker } from './small/frame-picker'
import { enhanceMenus } from './small/menu'
import { definePlot } from './small/plot'
import { enhanceSearchShortcut } from './small/shortcut'
import { showCurrentTabs } from './small/tabs'
import { enhanceTags } from './small/tags'
import { enhanceTheme } from './small/theme'
import { localiseTimes } from './small/time'

function enhance(root: ParentNode) {
  enhanceCopy(root)
  enhanceCounters(root)
  enhanceTags(root)
  localiseTimes(root)
  localDates(root)
}

/** htmx is loaded by the pages that use it, and by no other. */
async function loadHtmx() {
  if (!document.querySelector('[hx-get], [hx-post], [hx-put], [hx-delete], [hx-boost]')) return
  const { startHtmx } = await import('./small/htmx')
  startHtmx(enhance)
}

enhance(document)
enhanceConfirm()
enhanceDialogs()
enhanceMenus()
enhanceSearchShortcut()
enhanceTheme()
showCurrentTabs()
defineFramePicker()
definePlot()
void loadHtmx()
