/** localDates has dates with a time zone mean the visitor's own: it writes them on his clock, and chooses the zone for each. */
export function localDates(root: ParentNode) {
  for (const box of root.querySelectorAll<HTMLElement>('[data-local-date]')) {
    const date = box.querySelector<HTMLInputElement>('input[type="datetime-local"]')
    const zone = box.querySelector('select')
    const note = box.querySelector<HTMLElement>('[data-zone-name]')
    if (!date || !zone || !note) continue
    if (date.value) date.value = onThisClock(new Date(`${date.value}:00${zone.value}`))
    const choose = () => chooseZone(zone, date.value ? new Date(date.value) : new Date())
    date.addEventListener('input', choose)
    choose()
    note.textContent = (note.dataset.zoneName ?? '').replace('{zone}', Intl.DateTimeFormat().resolvedOptions().timeZone)
    note.hidden = false
    zone.closest<HTMLElement>('.field')!.hidden = true
  }
}

function chooseZone(zone: HTMLSelectElement, at: Date) {
  if (Number.isNaN(at.valueOf())) return
  const value = offset(at)
  if (![...zone.options].some(o => o.value === value)) zone.add(new Option(`UTC${value}`, value))
  zone.value = value
}

/** offset is that of this device from UTC at a moment, as in +01:00. */
function offset(at: Date): string {
  const minutes = -at.getTimezoneOffset()
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
}

function onThisClock(at: Date): string {
  if (Number.isNaN(at.valueOf())) return ''
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}

function two(n: number): string { return String(n).padStart(2, '0') }
