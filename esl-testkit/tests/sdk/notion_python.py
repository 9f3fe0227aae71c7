"""A page's life through the client for Python."""

import os

from notion_client import APIErrorCode, APIResponseError, Client
from notion_client.helpers import collect_paginated_api, is_full_block, is_full_page

notion = Client(auth=os.environ["NOTION_TOKEN"], base_url=os.environ["NOTION_BASE_URL"])


def text(content):
    return [{"text": {"content": content}}]


database = notion.databases.retrieve(os.environ["NOTION_DB_ID"])
source = database["data_sources"][0]["id"]
assert notion.data_sources.retrieve(source)["properties"]["Status"]["type"] == "status"

page = notion.pages.create(
    parent={"data_source_id": source},
    properties={"Name": {"title": text("From Python")}, "Homework": {"checkbox": True}},
    children=[{"paragraph": {"rich_text": text(str(at))}} for at in range(100)],
)
assert is_full_page(page)
notion.blocks.children.append(page["id"], children=[{"divider": {}}])
blocks = collect_paginated_api(notion.blocks.children.list, block_id=page["id"])
assert len(blocks) == 101 and all(is_full_block(block) for block in blocks)

query = {"property": "Homework", "checkbox": {"equals": True}}
found = notion.data_sources.query(source, filter=query)
assert [result["id"] for result in found["results"]] == [page["id"]]

try:
    notion.blocks.children.append(page["id"], children=[{"code": {"rich_text": [], "language": "rs"}}])
    raise AssertionError("was not refused")
except APIResponseError as error:
    assert error.code == APIErrorCode.ValidationError, error

notion.blocks.delete(blocks[0]["id"])
notion.pages.update(page["id"], in_trash=True)
