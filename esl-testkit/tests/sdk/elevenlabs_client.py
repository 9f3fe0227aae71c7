"""What the package elevenlabs makes of the fake ElevenLabs."""

import base64
import os

from elevenlabs import DialogueInput, VoiceSettings
from elevenlabs.types import ToDialogueSettingsResponseModel
from elevenlabs.client import ElevenLabs
from elevenlabs.core import ApiError

GEORGE = "JBFqnCBsd6RMkjVDRZzb"
SARAH = "EXAVITQu4vr4xnSDxMaL"
TEXT = "Good morning, class."


def connect(key: str) -> ElevenLabs:
    return ElevenLabs(api_key=key, base_url=os.environ["ELEVENLABS_BASE_URL"])


def is_mp3(file: bytes) -> bool:
    return file.startswith(b"ID3") and len(file) > 5000


def refused(call) -> ApiError:
    try:
        result = call()
        if hasattr(result, "__next__"):
            list(result)
    except ApiError as error:
        return error
    raise AssertionError("it was not refused")


client = connect(os.environ["ELEVENLABS_API_KEY"])

# Speech, in all four forms.
speech = client.text_to_speech
assert is_mp3(b"".join(speech.convert(GEORGE, text=TEXT)))
assert is_mp3(b"".join(speech.stream(GEORGE, text=TEXT)))
timed = speech.convert_with_timestamps(GEORGE, text=TEXT)
assert "".join(timed.alignment.characters) == TEXT
assert is_mp3(base64.b64decode(timed.audio_base_64))
pieces = list(speech.stream_with_timestamps(GEORGE, text=TEXT))
assert "".join(c for piece in pieces for c in piece.alignment.characters) == TEXT

pcm = b"".join(speech.convert(GEORGE, text=TEXT, output_format="pcm_16000"))
assert len(pcm) == round((len(TEXT) * 0.06 + 0.24) * 16000) * 2

# Dialogue.
inputs = [
    DialogueInput(text="How are you?", voice_id=GEORGE),
    DialogueInput(text="Fine, thank you.", voice_id=SARAH),
]
settings = ToDialogueSettingsResponseModel(stability=0.5)
dialogue = client.text_to_dialogue
assert is_mp3(b"".join(dialogue.convert(inputs=inputs, settings=settings, seed=7)))
assert is_mp3(b"".join(dialogue.stream(inputs=inputs)))
talk = dialogue.convert_with_timestamps(inputs=inputs)
assert [segment.voice_id for segment in talk.voice_segments] == [GEORGE, SARAH]

# Cost and request id are in the headers.
with speech.with_raw_response.convert(GEORGE, text=TEXT) as response:
    assert response.headers["character-cost"] == str(len(TEXT))
    assert response.headers["request-id"]
    list(response.data)

# Voices, models, the account.
assert len(client.voices.get_all().voices) == 30
page = client.voices.search(page_size=12, include_total_count=True)
assert (len(page.voices), page.has_more, page.total_count) == (12, True, 30)
rest = client.voices.search(page_size=100, next_page_token=page.next_page_token)
assert len(rest.voices) == 18 and not rest.has_more
assert client.voices.get(SARAH).labels["accent"] == "american"
limits = {m.model_id: m.maximum_text_length_per_request for m in client.models.list()}
assert limits["eleven_flash_v2_5"] == 40_000
subscription = client.user.subscription.get()
assert subscription.tier == "creator" and subscription.character_count > 0
assert client.user.get().subscription.character_limit == subscription.character_limit

# Refusals of each shape.
error = refused(lambda: connect("wrong").voices.get_all())
assert (error.status_code, error.body["detail"]["status"]) == (401, "invalid_api_key")
error = refused(lambda: client.voices.get("nobody"))
assert (error.status_code, error.body["detail"]["code"]) == (404, "voice_not_found")
error = refused(lambda: speech.convert(GEORGE, text=TEXT, voice_settings=VoiceSettings(stability=3)))
assert error.status_code == 422
