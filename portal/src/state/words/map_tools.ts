/** Words of the map's tools: the history of a feature, measuring, taking a box, printing, groups of layers. */
export const past = {
  title: { zh: '历史', en: 'History' },
  properties: { zh: '属性', en: 'Properties' },
  none: { zh: '没有可见的历史。', en: 'There is no history to be seen.' },
  by: { zh: '{provider}提供', en: 'provided by {provider}' },
  delivery: { zh: '交付', en: 'Delivery' },
  score: { zh: '质量 {n} 分', en: 'quality {n}' },
  shape: { zh: '几何形状', en: 'Shape' },
  shapeChanged: { zh: '形状或位置有变', en: 'moved or redrawn' },
  showOld: { zh: '看原形', en: 'Show as it was' },
  partial: { zh: '只列出您有权查看的变化。', en: 'Only changes that you may see are listed.' },
  cut: { zh: '更早的变化未列出。', en: 'Earlier changes are not listed.' },
  last: { zh: '最近：{event}，{day}', en: 'Latest: {event}, {day}' },
  asJson: { zh: '历史 JSON', en: 'History as JSON' },
} as const

export const drawing = {
  measure: { zh: '量测', en: 'Measure' },
  what: { zh: '量什么', en: 'What to measure' },
  length: { zh: '距离', en: 'Distance' },
  area: { zh: '面积', en: 'Area' },
  around: { zh: '周长', en: 'Perimeter' },
  hintLine: { zh: '点击地图逐点画线；用键盘时移动地图，在中心按回车。双击结束。', en: 'Click the map point by point. By keyboard: move the map, press Enter at its centre. Double-click ends.' },
  points: { zh: '{n} 个点', en: '{n} points' },
  pointsOne: { zh: '{n} 个点', en: '{n} point' },
  undo: { zh: '撤销一点', en: 'Undo a point' },
  clear: { zh: '清除', en: 'Clear' },
  finish: { zh: '结束', en: 'Finish' },
  method: { zh: '按 CGCS2000 椭球测地线计算', en: 'Geodesic, on the CGCS2000 ellipsoid' },
} as const

export const taking = {
  title: { zh: '框选下载', en: 'Download a box' },
  hint: { zh: '在地图上拖出一个框，或点两个对角；用键盘时在两个角上各按一次回车。', en: 'Drag a box on the map, or click two opposite corners; by keyboard press Enter at either corner.' },
  wholeView: { zh: '取当前视图', en: 'Take what is on view' },
  again: { zh: '重新框选', en: 'Draw again' },
  layers: { zh: '下载哪些图层', en: 'Layers to take' },
  form: { zh: '格式', en: 'Format' },
  counting: { zh: '正在计数…', en: 'Counting…' },
  take: { zh: '下载“{title}”', en: 'Download "{title}"' },
  nothing: { zh: '框内没有要素', en: 'nothing in the box' },
  none: { zh: '没有可下载的图层：请先在图层列表中打开。', en: 'No layer to take: show one in the list of layers first.' },
  box: { zh: '范围', en: 'Box' },
} as const

export const printing = {
  title: { zh: '输出图片', en: 'Print to PNG' },
  heading: { zh: '图名', en: 'Title' },
  legend: { zh: '图例', en: 'Legend' },
  make: { zh: '下载 PNG', en: 'Download PNG' },
  busy: { zh: '正在制图…', en: 'Drawing…' },
  failed: { zh: '制图失败：{detail}', en: 'It could not be drawn: {detail}' },
  done: { zh: '已生成：{width}×{height} 像素', en: 'Made: {width}×{height} pixels' },
  hint: { zh: '按当前视图以两倍分辨率输出，附图例、比例尺、指北针、来源、许可与日期。', en: 'What is on view at double resolution, with legend, scale bar, north, sources, licence and date.' },
  source: { zh: '来源：{list}', en: 'Source: {list}' },
  licence: { zh: '许可：{list}', en: 'Licence: {list}' },
  made: { zh: '制图：{day}', en: 'Made {day}' },
  north: { zh: '北', en: 'N' },
  crs: { zh: 'CGCS2000 · 网络墨卡托投影', en: 'CGCS2000 · Web Mercator projection' },
} as const

export const groups = {
  places: { zh: '地名地址', en: 'Places' },
  others: { zh: '其他', en: 'Other' },
  traffic: { zh: '交通', en: 'Roads' },
  buildings: { zh: '建筑', en: 'Buildings' },
  nature: { zh: '水与绿', en: 'Water and green' },
  land: { zh: '土地', en: 'Land' },
  divisions: { zh: '行政区划', en: 'Divisions' },
} as const
