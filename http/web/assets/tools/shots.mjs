// Takes a picture of every showcase page at three widths, light and dark, and runs axe-core on each.
//   node tools/shots.mjs http://127.0.0.1:9010 OUT_FOLDER [page …]
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const [base, out, ...only] = process.argv.slice(2)
const pages = only.length ? only : ['', 'watch', 'channel', 'publish', 'form', 'table', 'empty', 'error', 'components']
const args = ['--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const here = path.dirname(fileURLToPath(import.meta.url))
const axe = await readFile(path.join(here, '../node_modules/axe-core/axe.min.js'), 'utf8')

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args })
let findings = 0
for (const theme of ['light', 'dark']) {
  for (const width of [360, 768, 1440]) {
    const context = await browser.newContext({ viewport: { width, height: width < 500 ? 740 : 900 }, bypassCSP: true })
    for (const name of pages) findings += await shoot(context, name, theme, width)
    await context.close()
  }
}
await browser.close()
console.log(findings === 0 ? 'axe: no findings' : `axe: ${findings} findings`)
process.exitCode = findings === 0 ? 0 : 1

async function shoot(context, name, theme, width) {
  const page = await context.newPage()
  page.on('pageerror', e => console.log(`${name}: ${e.message}`))
  page.on('console', m => m.type() === 'error' && console.log(`${name}: ${m.text()}`))
  await page.goto(`${base}/${name}?theme=${theme}`)
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: path.join(out, `${name || 'home'}-${width}-${theme}.png`), fullPage: true })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  if (wide > 0) console.log(`${name} ${width}: ${wide} px wider than the screen`)
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
  for (const v of violations) console.log(`${name} ${width} ${theme} ${v.id}: ${v.help}\n   ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join('\n   ')}`)
  await page.close()
  return violations.length + (wide > 0 ? 1 : 0)
}
