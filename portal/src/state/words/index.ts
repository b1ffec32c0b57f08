export { catalogue, kinds, resource } from './catalogue'
export { chart, delivery } from './chart'
export { entry, shell, trouble } from './shell'
