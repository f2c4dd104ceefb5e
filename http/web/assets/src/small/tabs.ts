/** showCurrentTabs brings the tab of this page into sight where a row of them is wider than the screen. */
export function showCurrentTabs() {
  for (const tab of document.querySelectorAll<HTMLElement>(':is(.tabs, .side-nav) [aria-current]')) {
    const row = tab.closest<HTMLElement>('.tabs, .side-nav')
    if (!row || row.scrollWidth <= row.clientWidth) continue
    const left = tab.getBoundingClientRect().left - row.getBoundingClientRect().left + row.scrollLeft
    row.scrollLeft = left - (row.clientWidth - tab.offsetWidth) / 2
  }
}
