/** Words of administration: its frame, and what its pages have in common. */
export const office = {
  title: { zh: '管理', en: 'Administration' },
  pages: { zh: '管理页面', en: 'Pages of administration' },
  keys: { zh: '密钥', en: 'Keys' },
  show: { zh: '显示', en: 'Show' },
  cancel: { zh: '取消', en: 'Cancel' },
  party: { zh: '机构', en: 'Party' },
  state: { zh: '状态', en: 'State' },
  act: { zh: '办理', en: 'Actions' },
  never: { zh: '从未', en: 'never' },
  search: { zh: '查找', en: 'Search' },
  noMatch: { zh: '没有符合条件的记录。', en: 'Nothing matches.' },
} as const

/** Words of the page of API keys. */
export const keys = {
  lead: { zh: '程序凭密钥以本机构名义读取数据，权限与本机构相同，只能读不能审批。', en: 'With a key a program reads in your party’s name: what your party may see, and no decisions.' },
  issue: { zh: '签发密钥', en: 'Issue a key' },
  purpose: { zh: '用途', en: 'Purpose' },
  purposeHint: { zh: '例如：社康中心查询应用', en: 'For example: clinic finder app' },
  days: { zh: '有效期', en: 'Valid for' },
  nDays: { zh: '{n} 天', en: '{n} days' },
  issuing: { zh: '正在签发…', en: 'Issuing…' },
  once: { zh: '密钥只显示这一次', en: 'This key is shown once' },
  onceDetail: { zh: '请立即复制到程序的密钥库。平台只保存其摘要，离开本页后无法再次查看。', en: 'Copy it to your program’s secret store now. The platform keeps only its digest: it cannot be shown again.' },
  lost: { zh: '这次请求此前已签发密钥，其内容不再显示。如未保存，请撤销后重新签发。', en: 'This request had issued the key before; its text is not shown again. If it was not kept, revoke it and issue another.' },
  tryIt: { zh: '试一试', en: 'Try it' },
  kept: { zh: '已保存', en: 'I have kept it' },
  states: {
    valid: { zh: '有效', en: 'valid' }, ended: { zh: '已到期', en: 'ended' }, revoked: { zh: '已撤销', en: 'revoked' },
  },
  all: { zh: '全部', en: 'All' },
  until: { zh: '到期', en: 'Until' },
  lastUsed: { zh: '最近使用', en: 'Last used' },
  calls: { zh: '近 {n} 天应答', en: 'Answers, {n} days' },
  by: { zh: '签发人', en: 'Issued by' },
  revoke: { zh: '撤销', en: 'Revoke' },
  revokeAsk: { zh: '撤销这个密钥？', en: 'Revoke this key?' },
  revokeDetail: { zh: '“{purpose}”将在一秒内停止读取，且不能恢复。', en: '“{purpose}” stops reading within a second. This cannot be undone.' },
  none: { zh: '本机构还没有密钥。', en: 'Your party has no keys yet.' },
  noneDetail: { zh: '写明用途和有效期，签发第一个密钥；密钥只显示一次。', en: 'Say what the first one is for and how long it lasts, and issue it. It is shown once.' },
  noneValid: { zh: '没有有效的密钥。', en: 'No key is valid.' },
} as const
