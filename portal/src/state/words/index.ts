export { catalogue, kinds, resource } from './catalogue'
export { chart, delivery } from './chart'
export { entry, secret, shell, trouble } from './shell'
