import './ui/css/tokens.css'
import './ui/css/base.css'
import './ui/css/office.css'
import './ui/css/tool.css'

import { createApp } from 'vue'

import App from './pages/App.vue'
import { makeRouter } from './pages/router'
import { problemOf } from './state/load'
import { startLanguage } from './state/language'
import { loadPlatform } from './state/session'

startLanguage(new URLSearchParams(location.search).get('lang'))
createApp(App).use(makeRouter()).mount('#app')
// each page tells by itself when the server is out of reach; the frame then only lacks its name
loadPlatform().catch((error: unknown) => console.warn(problemOf(error)))
