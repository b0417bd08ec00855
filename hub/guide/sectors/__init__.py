"""The site's sectors beside the classifications of research and of patents."""
