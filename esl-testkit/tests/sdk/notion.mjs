// A lesson's life through the official client: found, created, extended, changed, illustrated, trashed.
import assert from "node:assert/strict";
import {
  APIErrorCode, Client, collectPaginatedAPI, isFullBlock, isFullPage, isNotionClientError,
} from "@notionhq/client";

const { NOTION_BASE_URL, NOTION_TOKEN, NOTION_DB_ID } = process.env;
const text = (content) => [{ type: "text", text: { content } }];
const paragraph = (content) => ({ type: "paragraph", paragraph: { rich_text: text(content) } });

function connect(notionVersion, more = {}) {
  return new Client({
    auth: NOTION_TOKEN, baseUrl: NOTION_BASE_URL, notionVersion, logger: () => {}, ...more,
  });
}

async function refusal(promise) {
  const error = await promise.then(() => assert.fail("was not refused"), (error) => error);
  assert.ok(isNotionClientError(error), String(error));
  return error;
}

async function life(version) {
  const notion = connect(version);
  const me = await notion.users.me({});
  assert.equal(me.type, "bot");

  const database = await notion.databases.retrieve({ database_id: NOTION_DB_ID });
  const data_source_id = database.data_sources[0].id;
  const source = await notion.dataSources.retrieve({ data_source_id });
  assert.equal(source.properties.Level.type, "select");

  const page = await notion.pages.create({
    parent: { type: "data_source_id", data_source_id },
    icon: { type: "emoji", emoji: "🎧" },
    properties: {
      Name: { title: text(`Lesson ${version}`) },
      Level: { select: { name: "B1" } },
      Topic: { multi_select: [{ name: "Museums" }] },
      Date: { date: { start: "2026-03-01" } },
      Minutes: { number: 45 },
    },
    children: [
      { type: "heading_2", heading_2: { rich_text: text("Plan"), color: "yellow_background" } },
      { type: "toggle", toggle: { rich_text: text("study-text"), children: [paragraph("Hello")] } },
      {
        type: "table",
        table: { table_width: 1, children: [{ type: "table_row", table_row: { cells: [text("cell")] } }] },
      },
    ],
  });
  assert.ok(isFullPage(page));
  assert.equal(page.properties.Topic.multi_select[0].name, "Museums");
  assert.equal("archived" in page, version === "2025-09-03");

  const more = Array.from({ length: 100 }, (_, at) => paragraph(`line ${at}`));
  await notion.blocks.children.append({ block_id: page.id, children: more });
  await notion.blocks.children.append({ block_id: page.id, children: more });
  const blocks = await collectPaginatedAPI(notion.blocks.children.list, { block_id: page.id });
  assert.equal(blocks.length, 203);
  assert.ok(blocks.every(isFullBlock));

  const after = blocks[0].id;
  const position = { type: "after_block", after_block: { id: after } };
  const put = await notion.blocks.children.append({ block_id: page.id, children: [paragraph("new")], position });
  const start = await notion.blocks.children.list({ block_id: page.id, page_size: 2 });
  assert.deepEqual(start.results.map((block) => block.id), [after, put.results[0].id]);

  const changed = await notion.blocks.update({ block_id: after, heading_2: { rich_text: text("New plan") } });
  assert.equal(changed.heading_2.color, "yellow_background");
  const deleted = await notion.blocks.delete({ block_id: put.results[0].id });
  assert.equal(deleted.in_trash, true);

  const found = await notion.dataSources.query({
    data_source_id,
    filter: { property: "Name", title: { equals: `Lesson ${version}` } },
    sorts: [{ timestamp: "created_time", direction: "ascending" }],
  });
  assert.deepEqual(found.results.map((result) => result.id), [page.id]);

  await notion.pages.update({ page_id: page.id, in_trash: true });
  const archived = await refusal(notion.blocks.children.append({ block_id: page.id, children: more }));
  assert.equal(archived.code, APIErrorCode.ValidationError);
  return { notion, page };
}

async function files() {
  const notion = connect("2026-03-11");
  const { data_sources: [{ id: data_source_id }] } = await notion.databases.retrieve({ database_id: NOTION_DB_ID });
  const page = await notion.pages.create({
    parent: { data_source_id }, properties: { Name: { title: text("Sound") } },
  });
  const upload = await notion.fileUploads.create({ filename: "a.mp3", content_type: "audio/mpeg" });
  assert.equal(upload.status, "pending");
  const file = { filename: "a.mp3", data: new Blob(["sound"], { type: "audio/mpeg" }) };
  const sent = await notion.fileUploads.send({ file_upload_id: upload.id, file });
  assert.equal(sent.status, "uploaded");
  const audio = { type: "file_upload", file_upload: { id: upload.id } };
  const { results: [block] } = await notion.blocks.children.append({
    block_id: page.id, children: [{ type: "audio", audio }],
  });
  assert.equal(block.audio.type, "file");
  assert.equal(await (await fetch(block.audio.file.url)).text(), "sound");

  const parts = await notion.fileUploads.create({ mode: "multi_part", filename: "b.wav", number_of_parts: 2 });
  const part = new Blob([new Uint8Array(5 << 20)], { type: "audio/wav" });
  for (const part_number of ["2", "1"]) {
    const file = { filename: "b.wav", data: part };
    await notion.fileUploads.send({ file_upload_id: parts.id, part_number, file });
  }
  const complete = await notion.fileUploads.complete({ file_upload_id: parts.id });
  assert.equal(complete.status, "uploaded");
  assert.equal(complete.content_length, 10 << 20);
}

async function refusals() {
  const wrong = await refusal(connect("2026-03-11", { auth: "ntn_wrong" }).users.me({}));
  assert.equal(wrong.code, APIErrorCode.Unauthorized);
  const notion = connect("2026-03-11");
  const missing = await refusal(notion.pages.retrieve({ page_id: "00000000-0000-4000-8000-000000000000" }));
  assert.equal(missing.code, APIErrorCode.ObjectNotFound);
  const long = await refusal(notion.comments.list({ block_id: NOTION_DB_ID }));
  assert.equal(long.code, APIErrorCode.InvalidRequestURL);
}

async function retries() {
  const control = NOTION_BASE_URL.replace(/notion$/, "control");
  const inject = (answer) => fetch(`${control}/faults`, {
    method: "POST", body: JSON.stringify({ service: "notion", fault: { kind: { answer } } }),
  });
  await inject({ status: 429, headers: { "retry-after": "1" } });
  await inject({ status: 529 });
  const me = await connect("2026-03-11", { retry: { initialRetryDelayMs: 10 } }).users.me({});
  assert.equal(me.object, "user");
}

await life("2026-03-11");
await life("2025-09-03");
await files();
await refusals();
await retries();
