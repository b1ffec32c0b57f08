/** Words of the page that tells who read how much. */
export const use = {
  title: { zh: '使用情况', en: 'Use' },
  whole: { zh: '全平台的读取', en: 'All reads of the platform' },
  own: { zh: '对本机构资源的读取，与本机构的读取', en: 'Reads of your resources, and by your own party' },
  period: { zh: '时段', en: 'Period' },
  days: { zh: '近 {n} 天', en: '{n} days' },
  by: { zh: '汇总方式', en: 'Summed by' },
  kinds: {
    resource: { zh: '资源', en: 'Resource' }, party: { zh: '机构', en: 'Party' }, block: { zh: '服务', en: 'Service' },
    key: { zh: '密钥', en: 'Key' }, status: { zh: '状态码', en: 'Status' }, day: { zh: '日期', en: 'Day' },
  },
  calls: { zh: '应答', en: 'Answers' },
  refused: { zh: '拒绝', en: 'Refused' },
  rows: { zh: '要素', en: 'Features' },
  bytes: { zh: '数据量', en: 'Volume' },
  share: { zh: '占比', en: 'Share' },
  perDay: { zh: '每日应答数', en: 'Answers a day' },
  answers: { zh: '{n} 次', en: '{n} answers' },
  none: { zh: '这段时间没有读取。', en: 'Nothing was read in these days.' },
} as const
