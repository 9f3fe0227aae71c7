// What @elevenlabs/elevenlabs-js makes of the fake ElevenLabs.

import assert from "node:assert/strict";
import { ElevenLabsClient, ElevenLabsError } from "@elevenlabs/elevenlabs-js";

const GEORGE = "JBFqnCBsd6RMkjVDRZzb";
const SARAH = "EXAVITQu4vr4xnSDxMaL";

const connect = (apiKey) =>
  new ElevenLabsClient({ apiKey, baseUrl: process.env.ELEVENLABS_BASE_URL, maxRetries: 0 });
const client = connect(process.env.ELEVENLABS_API_KEY);

async function bytes(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function refused(call) {
  const error = await call.then(
    () => assert.fail("it was not refused"),
    (error) => error,
  );
  assert.ok(error instanceof ElevenLabsError, String(error));
  return { status: error.statusCode, detail: error.body.detail };
}

const isMp3 = (file) => file.subarray(0, 3).toString() === "ID3" && file.length > 5000;

// Speech, in all four forms.
const line = { text: "Good morning, class.", modelId: "eleven_multilingual_v2" };
assert.ok(isMp3(await bytes(await client.textToSpeech.convert(GEORGE, line))));
assert.ok(isMp3(await bytes(await client.textToSpeech.stream(GEORGE, line))));
const timed = await client.textToSpeech.convertWithTimestamps(GEORGE, line);
assert.equal(timed.alignment.characters.join(""), line.text);
assert.ok(isMp3(Buffer.from(timed.audioBase64, "base64")));
const pieces = [];
for await (const piece of await client.textToSpeech.streamWithTimestamps(GEORGE, line)) pieces.push(piece);
assert.equal(pieces.flatMap((piece) => piece.alignment.characters).join(""), line.text);

// Dialogue.
const inputs = [
  { text: "How are you?", voiceId: GEORGE },
  { text: "Fine, thank you.", voiceId: SARAH },
];
const dialogue = { inputs, settings: { stability: 0.5 }, seed: 7, languageCode: "en" };
assert.ok(isMp3(await bytes(await client.textToDialogue.convert(dialogue))));
assert.ok(isMp3(await bytes(await client.textToDialogue.stream(dialogue))));
const talk = await client.textToDialogue.convertWithTimestamps(dialogue);
assert.deepEqual(
  talk.voiceSegments.map(({ voiceId, dialogueInputIndex }) => [voiceId, dialogueInputIndex]),
  [[GEORGE, 0], [SARAH, 1]],
);

// Cost and request id are in the headers.
const { data, rawResponse } = await client.textToSpeech.convert(GEORGE, line).withRawResponse();
assert.equal(rawResponse.headers.get("character-cost"), String(line.text.length));
assert.ok(rawResponse.headers.get("request-id"));
await bytes(data);

// Voices, models, the account.
assert.equal((await client.voices.getAll()).voices.length, 30);
const page = await client.voices.search({ pageSize: 7, search: "british" });
assert.ok(page.voices.length > 0 && page.voices.every(({ labels }) => labels.accent === "british"));
let found = [];
for (let token; ; ) {
  const { voices, nextPageToken } = await client.voices.search({ pageSize: 9, nextPageToken: token });
  found = found.concat(voices);
  if (!(token = nextPageToken)) break;
}
assert.equal(found.length, 30);
assert.equal((await client.voices.get(SARAH)).name, "Sarah - Mature, Reassuring, Confident");
const models = await client.models.list();
const limits = Object.fromEntries(models.map((model) => [model.modelId, model.maximumTextLengthPerRequest]));
assert.equal(limits.eleven_v3, 5000);
const subscription = await client.user.subscription.get();
assert.equal(subscription.tier, "creator");
assert.ok(subscription.characterCount > 0);
assert.equal((await client.user.get()).subscription.characterLimit, subscription.characterLimit);

// Refusals of each shape.
const wrongKey = await refused(connect("wrong").voices.getAll());
assert.deepEqual([wrongKey.status, wrongKey.detail.status], [401, "invalid_api_key"]);
const unknown = await refused(client.voices.get("nobody"));
assert.deepEqual([unknown.status, unknown.detail.code], [404, "voice_not_found"]);
const settings = { ...line, voiceSettings: { stability: 3 } };
const malformed = await refused(client.textToSpeech.convert(GEORGE, settings));
assert.equal(malformed.status, 422);
assert.equal(malformed.detail[0].type, "less_than_equal");
