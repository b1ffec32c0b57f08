/** Words of the search over everything that has a name. */
export const seek = {
  label: { zh: '检索资源与地点', en: 'Search resources and places' },
  hint: { zh: '地名、地址、资源，可用拼音', en: 'Place, address, resource' },
  open: { zh: '检索', en: 'Search' },
  close: { zh: '关闭检索', en: 'Close the search' },
  results: { zh: '检索结果', en: 'Results' },
  resources: { zh: '资源', en: 'Resources' },
  places: { zh: '地点', en: 'Places' },
  count: { zh: '{n} 条结果，用上下方向键选择', en: '{n} results; choose with the arrow keys' },
  nothing: { zh: '没有找到“{words}”', en: 'Nothing found for "{words}"' },
  nothingHint: { zh: '少写几个字，或改用拼音；只检索您有权查看的内容。', en: 'Write less of the name, or use pinyin. Only what you may see is searched.' },
  busy: { zh: '正在检索…', en: 'Searching…' },
} as const
