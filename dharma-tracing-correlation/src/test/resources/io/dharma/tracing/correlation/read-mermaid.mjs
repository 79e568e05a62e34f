// Reads Mermaid diagrams with the real parser: node read-mermaid.mjs NODE_MODULES FILE...
// For each file one line of JSON: {"ok":true,"texts":[...]} with what the parser took for names and labels, or
// {"ok":false,"error":"..."}.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, ...files] = process.argv.slice(2);
const { JSDOM } = createRequire(join(modules, 'none.js'))('jsdom');
const page = new JSDOM('<!DOCTYPE html><body></body>');
globalThis.window = page.window;
globalThis.document = page.window.document;
const { default: mermaid } = await import(pathToFileURL(join(modules, 'mermaid/dist/mermaid.core.mjs')));
mermaid.initialize({ startOnLoad: false });

// What Mermaid itself does with its entities when it draws.
const decode = (text) => text.replace(/ﬂ°°(\d+)¶ß/g, (all, number) => String.fromCodePoint(Number(number)));

for (const file of files) {
    try {
        const text = readFileSync(file, 'utf8');
        await mermaid.parse(text);
        const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
        const texts = db.getMessages
            ? [...[...db.getActors().values()].map((actor) => actor.description), ...db.getMessages().map((m) => m.message)]
            : [...db.getVertices().values()].map((vertex) => vertex.text);
        const edges = db.getMessages ? db.getMessages().filter((m) => m.from && m.to).length : db.getEdges().length;
        console.log(JSON.stringify({ ok: true, edges, texts: texts.filter((t) => typeof t === 'string').map(decode) }));
    } catch (failed) {
        console.log(JSON.stringify({ ok: false, error: String(failed.message ?? failed) }));
    }
}
