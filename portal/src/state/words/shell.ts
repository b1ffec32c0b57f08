/** Words of the frame around every page. */
export const shell = {
  product: { zh: '底板', en: 'Diban' },
  catalogue: { zh: '资源目录', en: 'Catalogue' },
  map: { zh: '地图', en: 'Map' },
  main: { zh: '主导航', en: 'Main' },
  trail: { zh: '所在位置', en: 'Where you are' },
  onThisPage: { zh: '本页内容', en: 'On this page' },
  skip: { zh: '跳到正文', en: 'Skip to content' },
  signIn: { zh: '登录', en: 'Sign in' },
  password: { zh: '修改密码', en: 'Change your password' },
  signOut: { zh: '退出', en: 'Sign out' },
  otherLanguage: { zh: 'English', en: '中文' },
  switchLanguage: { zh: 'Switch to English', en: '切换为中文' },
  embedded: { zh: '内嵌引擎', en: 'Embedded engine' },
  postgis: { zh: 'PostGIS 引擎', en: 'PostGIS engine' },
  json: { zh: '本页数据（JSON）', en: 'This page as JSON' },
  services: { zh: 'OGC API 服务', en: 'OGC API services' },
  loading: { zh: '正在读取…', en: 'Loading…' },
  close: { zh: '关闭', en: 'Close' },
  copy: { zh: '复制', en: 'Copy' },
  copied: { zh: '已复制', en: 'Copied' },
  unknown: { zh: '未填写', en: 'Not given' },
} as const

/** Words for what goes wrong. */
export const trouble = {
  unreachable: { zh: '没有收到服务器的回答', en: 'The server did not answer' },
  unreachableDetail: { zh: '网络中断，或服务器已停止。', en: 'The network is down, or the server has stopped.' },
  ended: { zh: '登录已结束，本页不再更新。', en: 'Your session has ended: this page is no longer kept up to date.' },
  signInFirst: { zh: '请先登录', en: 'Please sign in first' },
  refused: { zh: '没有权限', en: 'Not permitted' },
  missing: { zh: '没有找到', en: 'Not found' },
  failed: { zh: '请求未完成', en: 'The request failed' },
  again: { zh: '重试', en: 'Try again' },
  requestId: { zh: '请求编号 {id}', en: 'Request {id}' },
  between: { zh: '。', en: '. ' },
  remedy: { zh: '处理办法：{remedy}', en: 'What to do: {remedy}' },
  noPage: { zh: '没有这个页面', en: 'There is no such page' },
  noPageDetail: { zh: '地址“{path}”不对应任何页面。', en: 'The address "{path}" belongs to no page.' },
  toCatalogue: { zh: '回到资源目录', en: 'Back to the catalogue' },
} as const

/** Words of the sign-in page. */
export const entry = {
  title: { zh: '登录', en: 'Sign in' },
  lead: { zh: '部门账号可查看本部门的草稿、交付报告与已授权的资源。', en: 'A department\'s account sees its own drafts, its delivery reports and what it was granted.' },
  login: { zh: '账号', en: 'Account' },
  password: { zh: '密码', en: 'Password' },
  submit: { zh: '登录', en: 'Sign in' },
  busy: { zh: '正在登录…', en: 'Signing in…' },
  wrong: { zh: '账号或密码不正确。', en: 'The account or the password is not right.' },
  show: { zh: '显示密码', en: 'Show the password' },
  hide: { zh: '隐藏密码', en: 'Hide the password' },
} as const

/** Words of the page where people set their own password. */
export const secret = {
  title: { zh: '设置密码', en: 'Set your password' },
  first: { zh: '您正在使用初始密码。请先设置自己的密码，然后继续。', en: 'You signed in with an initial password. Set one of your own to go on.' },
  lead: { zh: '设置后，其他设备上的登录随即失效。', en: 'Signing in elsewhere ends with it.' },
  rule: {
    zh: '至少 12 位；含大写、小写、数字、符号中三类的至少 10 位；不得含账号。',
    en: 'At least 12 characters, or 10 with three of upper case, lower case, digits and signs; without the account.',
  },
  present: { zh: '现密码', en: 'Present password' },
  fresh: { zh: '新密码', en: 'New password' },
  again: { zh: '再次输入新密码', en: 'New password, again' },
  differ: { zh: '两次输入的新密码不一致。', en: 'The two new passwords differ.' },
  submit: { zh: '设置', en: 'Set it' },
  busy: { zh: '正在设置…', en: 'Setting…' },
  done: { zh: '密码已修改。', en: 'Your password is changed.' },
} as const
