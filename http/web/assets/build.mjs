// Builds the browser side into ../ui/dist: hashed names, manifest.json, and .gz and .br copies beside what compresses.
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import esbuild from 'esbuild'

const here = path.dirname(fileURLToPath(import.meta.url))
const out = path.join(here, '../ui/dist')
const compressible = new Set(['.js', '.css', '.svg', '.txt'])

const options = {
  absWorkingDir: here,
  entryPoints: {
    app: 'src/app.ts',
    player: 'src/player/main.ts',
    upload: 'src/upload/main.ts',
    golive: 'src/golive/main.ts',
    chatdesk: 'src/chatdesk/main.ts',
    chat: 'src/chat/main.ts',
    style: 'css/main.css',
    embed: 'css/embed.css'
  },
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[name]-[hash]',
  assetNames: '[name]-[hash]',
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: ['es2022', 'chrome109', 'firefox115', 'safari16.4'],
  minify: true,
  legalComments: 'none',
  metafile: true,
  loader: { '.woff2': 'file', '.svg': 'text' },
  alias: {
    // The packages' own browser bundles: their sources reach for Node modules.
    'p2p-media-loader-core': './node_modules/p2p-media-loader-core/dist/p2p-media-loader-core.es.min.js',
    'p2p-media-loader-hlsjs': './node_modules/p2p-media-loader-hlsjs/dist/p2p-media-loader-hlsjs.es.min.js'
  }
}

const fixed = ['icon.svg']

// What is shipped to browsers carries its authors' licences: Asset("licences.txt"). After the first line it is what p2p-media-loader-core has inside.
const shipped = [
  'hls.js', 'media-chrome', 'p2p-media-loader-core', 'p2p-media-loader-hlsjs', 'htmx.org', '@fontsource/atkinson-hyperlegible-next', 'lucide-static',
  'bittorrent-tracker', '@thaunknown/simple-peer', '@thaunknown/simple-websocket', 'nano-md5', 'debug', 'ms', 'once', 'wrappy', 'queue-microtask',
  'run-parallel', 'webrtc-polyfill', 'fast-fifo', 'text-decoder', 'streamx', 'events-universal', 'err-code', 'uint8-util'
]

// licenceOf is the text a package brings, or the licence it names when it brings none.
async function licenceOf(name) {
  const folder = path.join(here, 'node_modules', name)
  const file = (await readdir(folder)).find(n => /^licen[cs]e(\.|$)/i.test(n))
  const { author, license } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'))
  return `${name}\n\n${file ? await readFile(path.join(folder, file), 'utf8') : `${license}, ${author?.name ?? author}`}`
}

// emptied keeps .keep, which lets the Go package be built before the assets are.
async function emptied() {
  await mkdir(out, { recursive: true })
  for (const name of await readdir(out)) if (name !== '.keep') await rm(path.join(out, name), { recursive: true })
}

async function copyFixed(manifest) {
  for (const name of fixed) {
    await copyHashed(manifest, name, await readFile(path.join(here, 'static', name)))
  }
  const licences = await Promise.all(shipped.map(licenceOf))
  await copyHashed(manifest, 'licences.txt', Buffer.from(licences.join('\n\n----\n\n')))
}

async function copyHashed(manifest, name, bytes) {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8)
  const { name: stem, ext } = path.parse(name)
  manifest[name] = `${stem}-${hash}${ext}`
  await writeFile(path.join(out, manifest[name]), bytes)
}

function entriesOf(metafile) {
  const manifest = {}
  for (const [file, info] of Object.entries(metafile.outputs)) {
    const base = path.basename(file)
    if (info.entryPoint) {
      const ext = path.extname(base)
      manifest[base.replace(/-[A-Z0-9]{8}(\.\w+)$/, '$1').replace(/\.\w+$/, ext)] = base
    } else if (base.endsWith('.woff2')) manifest[base.replace(/-[A-Z0-9]{8}(\.woff2)$/, '$1')] = base
  }
  return manifest
}

// What an island may weigh as it is sent, with all it loads.
const limits = { chat: 60_000 }

// weigh fails when an island is heavier than its limit.
async function weigh(metafile) {
  const gzip = promisify(zlib.gzip)
  for (const [name, limit] of Object.entries(limits)) {
    const loaded = new Set([Object.keys(metafile.outputs).find(file => path.basename(file).startsWith(name + '-') && file.endsWith('.js'))])
    for (const file of loaded) for (const one of metafile.outputs[file].imports) if (!one.external) loaded.add(one.path)
    let bytes = 0
    for (const file of loaded) bytes += (await gzip(await readFile(path.join(here, file)), { level: 9 })).length
    console.log(String(bytes).padStart(9), `${name}, compressed, with all it loads`)
    if (bytes > limit) throw new Error(`${name} weighs ${bytes} bytes, its limit is ${limit}`)
  }
}

async function compress() {
  const gzip = promisify(zlib.gzip)
  const brotli = promisify(zlib.brotliCompress)
  for (const name of await readdir(out)) {
    if (!compressible.has(path.extname(name))) continue
    const bytes = await readFile(path.join(out, name))
    await writeFile(path.join(out, name + '.gz'), await gzip(bytes, { level: 9 }))
    await writeFile(path.join(out, name + '.br'), await brotli(bytes))
  }
}

async function finish(metafile) {
  const manifest = entriesOf(metafile)
  await copyFixed(manifest)
  await writeFile(path.join(out, 'manifest.json'), JSON.stringify(manifest, Object.keys(manifest).sort(), 2) + '\n')
  await compress()
}

await emptied()
if (process.argv.includes('--watch')) {
  const finishing = { name: 'finish', setup: b => b.onEnd(r => r.metafile && finish(r.metafile)) }
  const context = await esbuild.context({ ...options, plugins: [finishing] })
  await context.watch()
} else {
  const { metafile } = await esbuild.build(options)
  await finish(metafile)
  await weigh(metafile)
  const sizes = Object.entries(metafile.outputs).map(([f, o]) => [path.basename(f), o.bytes]).sort((a, b) => b[1] - a[1])
  for (const [name, bytes] of sizes) console.log(String(bytes).padStart(9), name)
}
