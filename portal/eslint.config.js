import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

// The arrows between the folders: each may import only what stands to its left.
const order = ['api', 'state', 'map', 'ui', 'pages']
const arrows = order.map((folder, place) => ({
  files: [`src/${folder}/**/*.{ts,vue}`],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: order.slice(place + 1).map((above) => ({ group: [`**/${above}/**`], message: `${folder}/ stands below ${above}/` })) },
    ],
  },
}))

export default ts.config(
  { ignores: ['node_modules/', 'src/api/schema.d.ts'] },
  ...ts.configs.strict,
  ...vue.configs['flat/recommended'],
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    rules: {
      'max-lines': ['error', 500],
      'max-lines-per-function': ['error', { max: 60, skipComments: true }],
      // layout is a matter of taste here; these rules ask for one attribute a line
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      // pages and parts are named in one word where one word says it
      'vue/multi-word-component-names': 'off',
    },
  },
  ...arrows,
)
