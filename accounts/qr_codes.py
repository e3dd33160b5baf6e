"""QR codes as PNG, for programs that hand them on as a file; pages draw theirs as SVG."""

from __future__ import annotations

from io import BytesIO

from qrcode.constants import ERROR_CORRECT_L
from qrcode.image.pil import PilImage
from qrcode.main import QRCode


def png(text: str) -> bytes:
    """Black on white with the border that scanners want. A file damages nothing, so that little correction will do."""
    code = QRCode(error_correction=ERROR_CORRECT_L, image_factory=PilImage)
    code.add_data(text)
    picture = BytesIO()
    code.make_image().save(picture, "PNG")
    return picture.getvalue()
