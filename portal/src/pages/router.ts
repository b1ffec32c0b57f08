/** Addresses of the pages; the reader's language stays in the address while it is not the default. */

import { createRouter, createWebHistory, type Router } from 'vue-router'

import { fetchMapLibrary } from '../map/library'
import { asLanguage, language, setLanguage } from '../state/language'
import HomePage from './HomePage.vue'

function mapPage() {
  fetchMapLibrary()
  return import('./MapPage.vue')
}

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/'),
    scrollBehavior: (to, from, saved) => saved ?? (to.hash ? { el: to.hash, top: 64 } : to.path === from.path ? {} : { top: 0 }),
    routes: [
      { path: '/', name: 'home', component: HomePage },
      { path: '/catalogue', name: 'catalogue', component: () => import('./CataloguePage.vue') },
      { path: '/resources/:id', name: 'resource', component: () => import('./ResourcePage.vue'), props: true },
      { path: '/map', name: 'map', component: mapPage },
      { path: '/deliveries/:id', name: 'delivery', component: () => import('./DeliveryPage.vue'), props: true },
      { path: '/password', name: 'password', component: () => import('./PasswordPage.vue') },
      { path: '/deliveries/:id/review', name: 'review', component: () => import('./ReviewPage.vue'), props: true },
      { path: '/deliveries/:id/receipt', name: 'receipt', component: () => import('./ReceiptPage.vue'), props: true },
      { path: '/layers/:layer/mapping', name: 'mapping', component: () => import('./MappingPage.vue'), props: true },
      { path: '/layers/:layer/style', name: 'style', component: () => import('./StylePage.vue'), props: true },
      { path: '/deliver', name: 'deliver', component: () => import('./DeliverPage.vue') },
      { path: '/inbox', name: 'inbox', component: () => import('./InboxPage.vue') },
      { path: '/provided', name: 'provided', component: () => import('./ProvidedPage.vue') },
      { path: '/keys', name: 'keys', component: () => import('./KeysPage.vue') },
      { path: '/people', name: 'people', component: () => import('./PeoplePage.vue') },
      { path: '/parties', name: 'parties', component: () => import('./PartiesPage.vue') },
      { path: '/grants', name: 'grants', component: () => import('./GrantsPage.vue') },
      { path: '/jobs', name: 'jobs', component: () => import('./JobsPage.vue') },
      { path: '/audit', name: 'audit', component: () => import('./AuditPage.vue') },
      { path: '/condition', name: 'condition', component: () => import('./ConditionPage.vue') },
      { path: '/use', name: 'use', component: () => import('./UsePage.vue') },
      { path: '/sign-in', name: 'sign-in', component: () => import('./SignInPage.vue') },
      { path: '/:path(.*)*', name: 'missing', component: () => import('./MissingPage.vue') },
    ],
  })
  router.beforeEach((to) => {
    const asked = asLanguage(to.query['lang'])
    if (asked && asked !== language.value) setLanguage(asked)
    if (language.value === 'en' && asked !== 'en') return { ...to, query: { ...to.query, lang: 'en' }, replace: true }
    if (asked === 'zh') return { ...to, query: { ...to.query, lang: undefined }, replace: true }
    return true
  })
  return router
}
