"""Barcodes of a page, read from its pixels by a decoder without knowledge of the page."""

import base64
from typing import Any

import zxingcpp
from playwright.sync_api import Locator

# the page's own canvas decodes the picture
GREY = """async (picture) => {
  const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  canvas.drawImage(bitmap, 0, 0);
  const { data } = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
  let grey = "";
  for (let at = 0; at < data.length; at += 4) grey += String.fromCharCode(data[at + 1]);
  return { grey: btoa(grey), width: bitmap.width, height: bitmap.height };
}"""


def scanned(element: Locator) -> list[str]:
    """Return the texts of the Code 128 symbols that a scanner finds on a part of a page, as it is drawn."""
    picture = base64.b64encode(element.screenshot()).decode()
    drawn: dict[str, Any] = element.page.evaluate(GREY, picture)
    pixels = memoryview(base64.b64decode(drawn["grey"])).cast("B", (drawn["height"], drawn["width"]))
    return [one.text for one in zxingcpp.read_barcodes(pixels, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Code128))]
