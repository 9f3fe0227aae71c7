"""What the package openai makes of the fake OpenAI."""

from openai import AuthenticationError, BadRequestError, NotFoundError, OpenAI

client = OpenAI(max_retries=0)  # address and key come from the environment


def speak(**changes) -> bytes:
    request = {"model": "tts-1", "input": "Good morning, class.", "voice": "alloy"}
    return client.audio.speech.create(**(request | changes)).content


def refused(kind: type, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError("it was not refused")


assert speak().startswith(b"ID3")
assert speak(response_format="wav").startswith(b"RIFF")
assert len(speak(response_format="pcm", speed=0.5)) == round((20 * 0.12 + 0.24) * 24000) * 2
with client.audio.speech.with_streaming_response.create(
    model="gpt-4o-mini-tts", input="Good morning.", voice="nova", instructions="Cheerfully."
) as response:
    assert b"".join(response.iter_bytes()).startswith(b"ID3")
assert [model.id for model in client.models.list()] == ["tts-1", "tts-1-hd", "gpt-4o-mini-tts"]

error = refused(NotFoundError, lambda: speak(model="tts-9"))
assert error.code == "model_not_found"
error = refused(BadRequestError, lambda: speak(input="a" * 4097))
assert (error.code, error.param) == ("string_above_max_length", "input")
error = refused(AuthenticationError, lambda: client.with_options(api_key="wrong").models.list())
assert error.code == "invalid_api_key"
