/** The map library, fetched once and early: it is larger than all of the portal. */

type Library = typeof import('maplibre-gl')

let library: Promise<Library> | null = null

async function load(): Promise<Library> {
  const [maplibre, worker] = await Promise.all([import('maplibre-gl'), import('maplibre-gl/dist/maplibre-gl-worker.mjs?url')])
  maplibre.setWorkerUrl(worker.default)
  return maplibre
}

/** The library, told where its worker lies; what could not be fetched is asked for anew the next time. */
export function mapLibrary(): Promise<Library> {
  library ??= load().catch((error: unknown) => {
    library = null
    throw error
  })
  return library
}

/** Begins to fetch the library beside the page that will need it, which hears of what fails when it asks. */
export function fetchMapLibrary(): void {
  mapLibrary().catch(() => undefined)
}
