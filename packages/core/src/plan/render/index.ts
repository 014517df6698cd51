// An entry of its own (`@atlas/core/render`): a program that shows plans but makes none need not load the rest.
export { renderMarkdown } from './markdown.ts'
export { type Palette, renderText } from './text.ts'
