import { describe, expect, it } from 'vitest'

import { ApiError } from '../src/api/http'
import { base64 } from '../src/api/uploads'
import { Sending, type Clock, type Sent, type Wire } from '../src/state/upload'

/** A server that keeps what came, and fails where it is told to. */
class Server implements Wire {
  kept: number
  asked = 0
  pieces: [number, number][] = []
  constructor(kept = 0, private readonly faults: (number | 'half')[] = []) { this.kept = kept }
  offset = async (): Promise<number> => { this.asked += 1; return this.kept }
  append = async (_id: string, offset: number, piece: Blob): Promise<number> => {
    const fault = this.faults.shift()
    if (fault === 'half') { this.kept = offset + piece.size / 2; throw new ApiError({ status: 0 }) }
    if (fault) throw new ApiError({ status: fault, detail: `fault ${fault}` })
    if (offset !== this.kept) throw new ApiError({ status: 409 })
    this.pieces.push([offset, piece.size])
    return (this.kept = offset + piece.size)
  }
}

/** A clock on which a piece takes as long as it is told, and waiting takes no time. */
const clock = (piece = 1000): Clock & { waits: number[] } => {
  let now = 0
  const waits: number[] = []
  return { waits, now: () => (now += piece / 2), wait: async (ms) => { waits.push(ms) } }
}

const MB = 1 << 20
const file = new Blob([new Uint8Array(3 * MB)])
const told: Sent[] = []
const send = (server: Server, time = clock()): Sending => new Sending('u', file, server, (sent) => told.push(sent), time)

describe('an upload', () => {
  it('arrives whole, in pieces, and says how far it is', async () => {
    const server = new Server()
    told.length = 0
    expect(await send(server).run()).toBe('done')
    expect(server.kept).toBe(3 * MB)
    expect(told.at(-1)).toMatchObject({ phase: 'done', offset: 3 * MB })
    expect(told.some((sent) => sent.rate > 0 && sent.offset < 3 * MB)).toBe(true)
  })
  it('goes on from where the server has it', async () => {
    const server = new Server(2 * MB)
    await send(server).run()
    expect(server.pieces[0]?.[0]).toBe(2 * MB)
  })
  it('asks anew after a lost line and sends nothing twice', async () => {
    const server = new Server(0, ['half', 503])
    const time = clock()
    expect(await send(server, time).run()).toBe('done')
    expect(server.pieces.reduce((sum, [, size]) => sum + size, 0)).toBe(3 * MB - MB / 8)
    expect(server.asked).toBe(3)
    expect(time.waits).toEqual([500, 1000])
  })
  it('rests when the line stays down, and can be gone on with', async () => {
    const server = new Server(0, Array<number>(7).fill(0).map(() => 503))
    const sending = send(server)
    expect(await sending.run()).toBe('broken')
    expect(sending.sent.problem?.status).toBe(503)
    expect(await sending.run()).toBe('done')
  })
  it('ends where another try changes nothing', async () => {
    const sending = send(new Server(0, [404]))
    expect(await sending.run()).toBe('failed')
    expect(sending.sent.problem?.detail).toBe('fault 404')
  })
  it('pauses between pieces and resumes', async () => {
    const server = new Server()
    const sending = new Sending('u', file, server, (sent) => { if (sent.offset > 0 && sent.offset < MB) sending.pause() }, clock())
    expect(await sending.run()).toBe('paused')
    expect(server.kept).toBeLessThan(3 * MB)
    const rest = send(server)
    expect(await rest.run()).toBe('done')
  })
  it('cuts larger pieces on a fast line and smaller ones on a slow', async () => {
    const [fast, slow] = [new Server(), new Server()]
    await send(fast, clock(10)).run()
    await send(slow, clock(9000)).run()
    expect(fast.pieces.length).toBeLessThan(slow.pieces.length)
  })
  it('names files in any script', () => {
    expect(base64('建筑.zip')).toBe('5bu6562RLnppcA==')
  })
})
