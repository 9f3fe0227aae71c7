"""What the package openai makes of the fake Kokoro-FastAPI."""

from openai import BadRequestError, OpenAI

client = OpenAI(max_retries=0)  # the address comes from the environment; the key is passed over

speech = client.audio.speech.create(
    model="kokoro",
    input="Good morning, class.",
    voice="af_bella+am_adam",
    extra_body={"stream": False, "lang_code": "a"},
)
assert speech.content.startswith(b"ID3")
assert client.get("/audio/voices", cast_to=object)["voices"][0] == "af_bella"
try:
    client.audio.speech.create(model="eleven_v3", input="Hello", voice="af_heart")
except BadRequestError as error:
    assert error.response.json()["detail"]["error"] == "invalid_model"
else:
    raise AssertionError("it was not refused")
