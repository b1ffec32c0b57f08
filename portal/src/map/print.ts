/** A map sheet as a picture: the map with title, legend, scale bar, north, sources, licence and date. */

import type { Swatch } from './symbols'

export interface LegendLine {
  title: string
  swatch: Swatch | null
  /** With a heading of its own: what the colours of a layer mean. */
  entries: { colour: string; title: string }[]
}

export interface Sheet {
  title: string
  legend: LegendLine[]
  scale: { pixels: number; label: string }
  north: string
  /** Lines at the foot: sources, licence, day, CRS. */
  foot: string[]
}

const INK = '#1c2329'
const FAINT = '#5a656e'
const SANS = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', 'Noto Sans', system-ui, sans-serif"
const PAD = 20
const HEAD = 56
const LINE = 20
const COLUMN = 210

interface Item { title: string; heading: boolean; draw: ((pen: CanvasRenderingContext2D, x: number, y: number) => void) | null }

function mark(swatch: Swatch): Item['draw'] {
  return (pen, x, y) => {
    pen.lineWidth = 1.2
    pen.setLineDash(swatch.dashed ? [4, 2] : [])
    if (swatch.shape === 'line') {
      for (const [colour, width] of [[swatch.edge, swatch.fill === swatch.edge ? 2.4 : 5], [swatch.fill, 3]] as const) {
        pen.strokeStyle = colour
        pen.lineWidth = width
        pen.beginPath(); pen.moveTo(x, y); pen.lineTo(x + 18, y); pen.stroke()
      }
    } else {
      pen.beginPath()
      if (swatch.shape === 'dot') pen.arc(x + 9, y, 4.5, 0, 7)
      else pen.rect(x, y - 5.5, 18, 11)
      pen.globalAlpha = swatch.shape === 'dot' ? 1 : swatch.cover
      pen.fillStyle = swatch.fill; pen.fill()
      pen.globalAlpha = 1
      pen.strokeStyle = swatch.shape === 'dot' ? '#ffffff' : swatch.edge; pen.stroke()
    }
    pen.setLineDash([])
  }
}

const patch = (colour: string): Item['draw'] => (pen, x, y) => { pen.fillStyle = colour; pen.fillRect(x + 2, y - 5, 14, 10); pen.strokeStyle = '#9aa3a9'; pen.lineWidth = 0.6; pen.strokeRect(x + 2, y - 5, 14, 10) }

const itemsOf = (line: LegendLine): Item[] => [
  { title: line.title, heading: false, draw: line.swatch && mark(line.swatch) },
  ...line.entries.map((entry) => ({ title: entry.title, heading: true, draw: patch(entry.colour) })),
]

/** The text in lines no wider than `room`; broken between any two letters, as Chinese is. */
export function wrapped(text: string, room: number, width: (part: string) => number): string[] {
  const lines: string[] = []
  let line = ''
  for (const letter of text) {
    if (line && width(line + letter) > room) {
      const blank = line.lastIndexOf(' ')
      const whole = /[a-z]$/i.test(line) && /[a-z]/i.test(letter) && blank > 0
      lines.push(whole ? line.slice(0, blank) : line)
      line = whole ? line.slice(blank + 1) : ''
    }
    line += letter
  }
  return line ? [...lines, line] : lines
}

function scaleBarAt(pen: CanvasRenderingContext2D, sheet: Sheet, x: number, y: number): void {
  pen.fillStyle = 'rgb(255 255 255 / 88%)'
  pen.fillRect(x - 8, y - 24, sheet.scale.pixels + 16, 32)
  pen.strokeStyle = INK
  pen.lineWidth = 1.5
  pen.beginPath(); pen.moveTo(x, y - 6); pen.lineTo(x, y); pen.lineTo(x + sheet.scale.pixels, y); pen.lineTo(x + sheet.scale.pixels, y - 6); pen.stroke()
  pen.fillStyle = INK
  pen.font = `12px ${SANS}`
  pen.fillText(sheet.scale.label, x, y - 10)
}

function northAt(pen: CanvasRenderingContext2D, word: string, x: number, y: number): void {
  pen.fillStyle = 'rgb(255 255 255 / 88%)'
  pen.beginPath(); pen.arc(x, y, 24, 0, 7); pen.fill()
  pen.fillStyle = INK
  pen.beginPath(); pen.moveTo(x, y - 8); pen.lineTo(x + 6, y + 14); pen.lineTo(x, y + 10); pen.lineTo(x - 6, y + 14); pen.closePath(); pen.fill()
  pen.font = `600 12px ${SANS}`
  pen.textAlign = 'center'
  pen.fillText(word, x, y - 10)
  pen.textAlign = 'left'
}

/** Puts the sheet together around a drawn map of `width` by `height`, at `ratio` pixels to one. */
export function drawSheet(map: HTMLCanvasElement, width: number, height: number, ratio: number, sheet: Sheet): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('2D canvas')
  const items = sheet.legend.flatMap(itemsOf)
  const columns = Math.max(1, Math.floor((width - PAD) / COLUMN))
  const rows = Math.ceil(items.length / columns)
  pen.font = `12px ${SANS}`
  const foot = sheet.foot.flatMap((line) => wrapped(line, width - 2 * PAD, (part) => pen.measureText(part).width))
  const legendHeight = rows ? rows * LINE + PAD : 0
  const whole = HEAD + height + legendHeight + foot.length * 17 + PAD
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(whole * ratio)
  pen.scale(ratio, ratio)
  pen.fillStyle = '#ffffff'
  pen.fillRect(0, 0, width, whole)
  pen.fillStyle = INK
  pen.font = `600 22px ${SANS}`
  pen.fillText(wrapped(sheet.title, width - 2 * PAD, (part) => pen.measureText(part).width)[0] ?? '', PAD, 37)
  pen.drawImage(map, 0, HEAD, width, height)
  pen.strokeStyle = '#c5ccd0'
  pen.lineWidth = 1
  pen.strokeRect(0.5, HEAD + 0.5, width - 1, height - 1)
  scaleBarAt(pen, sheet, PAD, HEAD + height - 16)
  northAt(pen, sheet.north, width - PAD - 20, HEAD + 44)
  pen.font = `12px ${SANS}`
  items.forEach((item, k) => {
    const [x, y] = [PAD + Math.floor(k / rows) * COLUMN, HEAD + height + PAD + (k % rows) * LINE]
    item.draw?.(pen, x + (item.heading ? 14 : 0), y)
    pen.fillStyle = item.heading ? FAINT : INK
    pen.fillText(item.title, x + (item.heading ? 40 : 26), y + 4, COLUMN - (item.heading ? 48 : 34))
  })
  pen.fillStyle = FAINT
  foot.forEach((line, k) => pen.fillText(line, PAD, HEAD + height + legendHeight + 16 + k * 17))
  return canvas
}
