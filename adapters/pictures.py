"""Pictures made small with Pillow, one at a time and off the event loop: a large one fills a lot of memory."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from domain.language import _
from domain.learning.pictures import NoPicture

SIDE = 256
MOST_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP")
_one_at_a_time = ThreadPoolExecutor(1, thread_name_prefix="pictures")


class PillowPictureMaker:
    """Makes squares. Only the pixels go in, turned as the camera says; what else the file holds is left out."""

    async def square(self, path: Path) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(_one_at_a_time, _square, path)


def _square(path: Path) -> bytes:
    try:
        with Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NoPicture(_("This picture has too many pixels. Make it smaller first."))
            image.draft("RGB", (SIDE * 2, SIDE * 2))  # lets a JPEG be read small at once
            upright = ImageOps.exif_transpose(image)
            small = ImageOps.fit(upright.convert("RGBA"), (SIDE, SIDE), Image.Resampling.LANCZOS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NoPicture(_("This is no picture that we can read: PNG, JPEG or WebP, please.")) from error
    plain = Image.new("RGB", small.size, "white")
    plain.paste(small, mask=small.getchannel("A"))
    stream = io.BytesIO()
    plain.save(stream, "WEBP", quality=82, method=4)
    return stream.getvalue()
