/** localiseTimes writes the moments of the page in the visitor's time zone: data-local says whether as title or text. */
export function localiseTimes(root: ParentNode) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { dateStyle: 'long', timeStyle: 'short' })
  for (const time of root.querySelectorAll<HTMLTimeElement>('time[data-local]')) {
    const at = new Date(time.dateTime)
    if (Number.isNaN(at.valueOf())) continue
    if (time.dataset.local === 'text') time.textContent = format.format(at)
    else time.title = format.format(at)
  }
}
